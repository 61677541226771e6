// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/TinyModel.h"

#include "core/base/Json.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

// Writes the safetensors file by hand: tests that use it need no libtorch, and it does not lean on
// the writer that other tests examine.

namespace espalier::test {

namespace {

/// SplitMix64, uniform in [-1, 1).
class Random {
public:
    explicit Random(std::uint64_t seed)
        : m_state(seed)
    {
    }

    float next()
    {
        m_state += 0x9e3779b97f4a7c15U;
        std::uint64_t z = m_state;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        z ^= z >> 31U;
        return static_cast<float>(static_cast<double>(z >> 40U) * 0x1.0p-23 - 1.0);
    }

private:
    std::uint64_t m_state;
};

class WeightFile {
public:
    explicit WeightFile(std::uint64_t seed)
        : m_random(seed)
    {
    }

    /// A matrix whose products keep about the variance of their inputs.
    void matrix(const std::string& name, std::int64_t outputs, std::int64_t inputs)
    {
        const float scale = std::sqrt(3.0F / static_cast<float>(inputs));
        add(name, {outputs, inputs}, [&] { return scale * m_random.next(); });
    }

    void vector(const std::string& name, std::int64_t size, float centre)
    {
        add(name, {size}, [&] { return centre + 0.2F * m_random.next(); });
    }

    std::string content() const
    {
        std::string header = m_header.dump();
        header.append((64 - (8 + header.size()) % 64) % 64, ' ');
        const std::uint64_t length = header.size();
        std::string all(8, '\0');
        std::memcpy(all.data(), &length, 8);
        return all + header + m_data;
    }

private:
    void add(const std::string& name, const std::vector<std::int64_t>& shape, const auto& value)
    {
        std::int64_t count = 1;
        for (const std::int64_t size : shape) {
            count *= size;
        }
        const std::size_t begin = m_data.size();
        for (std::int64_t i = 0; i < count; ++i) {
            const auto bytes = std::bit_cast<std::array<char, 4>>(static_cast<float>(value()));
            m_data.append(bytes.data(), bytes.size());
        }
        m_header[name] = {
            {"dtype", "F32"}, {"shape", shape}, {"data_offsets", {begin, m_data.size()}}};
    }

    Random m_random;
    Json m_header = Json::object();
    std::string m_data;
};

void linear(WeightFile& file, const std::string& name, std::pair<std::int64_t, std::int64_t> size,
            bool bias)
{
    file.matrix(name + ".weight", size.first, size.second);
    if (bias) {
        file.vector(name + ".bias", size.first, 0.0F);
    }
}

std::string weights(const TinyModelOptions& o)
{
    WeightFile file(o.seed);
    const std::int64_t keys = o.hidden / o.heads * o.kvHeads;
    file.matrix("model.embed_tokens.weight", o.vocab, o.hidden);
    for (std::int64_t i = 0; i < o.layers; ++i) {
        const std::string prefix = "model.layers." + std::to_string(i) + ".";
        file.vector(prefix + "input_layernorm.weight", o.hidden, 1.0F);
        linear(file, prefix + "self_attn.q_proj", {o.hidden, o.hidden}, o.biases);
        linear(file, prefix + "self_attn.k_proj", {keys, o.hidden}, o.biases);
        linear(file, prefix + "self_attn.v_proj", {keys, o.hidden}, o.biases);
        linear(file, prefix + "self_attn.o_proj", {o.hidden, o.hidden}, o.biases);
        file.vector(prefix + "post_attention_layernorm.weight", o.hidden, 1.0F);
        linear(file, prefix + "mlp.gate_proj", {o.intermediate, o.hidden}, o.biases);
        linear(file, prefix + "mlp.up_proj", {o.intermediate, o.hidden}, o.biases);
        linear(file, prefix + "mlp.down_proj", {o.hidden, o.intermediate}, o.biases);
    }
    file.vector("model.norm.weight", o.hidden, 1.0F);
    if (!o.tied) {
        file.matrix("lm_head.weight", o.vocab, o.hidden);
    }
    return file.content();
}

Json config(const TinyModelOptions& o)
{
    return {{"architectures", Json::array({"LlamaForCausalLM"})},
            {"model_type", "llama"},
            {"hidden_act", "silu"},
            {"hidden_size", o.hidden},
            {"intermediate_size", o.intermediate},
            {"num_hidden_layers", o.layers},
            {"num_attention_heads", o.heads},
            {"num_key_value_heads", o.kvHeads},
            {"vocab_size", o.vocab},
            {"max_position_embeddings", o.maxPositions},
            {"rms_norm_eps", 1e-5},
            {"rope_theta", 10000.0},
            {"tie_word_embeddings", o.tied},
            {"attention_bias", o.biases},
            {"mlp_bias", o.biases},
            {"bos_token_id", 1},
            {"eos_token_id", 2},
            {"torch_dtype", "float32"}};
}

std::string tokenOf(std::int64_t id)
{
    constexpr std::int64_t kSpecials = 3, kPrintable = 95;
    const char* const specials[kSpecials] = {"<unk>", "<s>", "</s>"};
    if (id < kSpecials) {
        return specials[id];
    }
    if (id < kSpecials + kPrintable) {
        return std::string(1, static_cast<char>(' ' + (id - kSpecials)));
    }
    return "<x" + std::to_string(id) + ">";
}

Json tokenizer(std::int64_t vocab)
{
    Json entries = Json::object(), added = Json::array();
    for (std::int64_t id = 0; id < vocab; ++id) {
        entries[tokenOf(id)] = id;
        if (id < 3) {
            added.push_back({{"id", id},
                             {"content", tokenOf(id)},
                             {"single_word", false},
                             {"lstrip", false},
                             {"rstrip", false},
                             {"normalized", false},
                             {"special", true}});
        }
    }
    return {{"version", "1.0"},
            {"truncation", nullptr},
            {"padding", nullptr},
            {"added_tokens", added},
            {"normalizer", nullptr},
            {"pre_tokenizer", nullptr},
            {"post_processor", nullptr},
            {"decoder", {{"type", "Fuse"}}},
            {"model",
             {{"type", "BPE"},
              {"dropout", nullptr},
              {"unk_token", "<unk>"},
              {"continuing_subword_prefix", nullptr},
              {"end_of_word_suffix", nullptr},
              {"fuse_unk", false},
              {"byte_fallback", false},
              {"ignore_merges", false},
              {"vocab", entries},
              {"merges", Json::array()}}}};
}

} // namespace

Path makeTinyModel(const Path& folder, const TinyModelOptions& options)
{
    makeFolder(folder);
    writeFileAtomically(folder / "config.json", config(options).dump(2) + "\n");
    writeFileAtomically(folder / "model.safetensors", weights(options));
    writeFileAtomically(folder / "tokenizer.json", tokenizer(options.vocab).dump(2) + "\n");
    return folder;
}

} // namespace espalier::test
