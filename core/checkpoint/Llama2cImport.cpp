// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/Llama2cImport.h"

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/checkpoint/Llama2cTokenizer.h"
#include "core/checkpoint/MappedFile.h"

#include <ATen/ATen.h>

#include <array>
#include <cstring>

namespace espalier {

namespace {

struct Header {
    std::int64_t hidden = 0, inner = 0, layers = 0, heads = 0, keyValueHeads = 0, vocabulary = 0,
                 positions = 0;
    bool tied = true;

    std::int64_t headDim() const { return hidden / heads; }

    std::int64_t keys() const { return keyValueHeads * headDim(); }
};

Header readHeader(const MappedFile& file)
{
    std::array<std::int32_t, 7> numbers = {};
    if (file.size() < sizeof numbers) {
        throw Error(ErrorCode::Corrupt, file.path().string() + " has " +
                                            std::to_string(file.size()) +
                                            " bytes, too few for a llama2.c header of 28.");
    }
    std::memcpy(numbers.data(), file.data(), sizeof numbers);
    Header h{numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]};
    h.tied = h.vocabulary > 0; // the sign is a flag
    h.vocabulary = std::abs(h.vocabulary);
    constexpr std::int64_t kLargest = 1 << 24;
    for (const std::int64_t value :
         {h.hidden, h.inner, h.layers, h.heads, h.keyValueHeads, h.vocabulary, h.positions}) {
        if (value < 1 || value > kLargest) {
            throw Error(ErrorCode::Corrupt,
                        file.path().string() + " is not a llama2.c legacy file: its header holds " +
                            std::to_string(value) + " where a size from 1 to 16777216 belongs.");
        }
    }
    if (h.hidden % h.heads != 0 || h.heads % h.keyValueHeads != 0 || h.headDim() % 2 != 0) {
        throw Error(ErrorCode::Corrupt,
                    file.path().string() + " is not a llama2.c legacy file: width " +
                        std::to_string(h.hidden) + ", " + std::to_string(h.heads) + " heads and " +
                        std::to_string(h.keyValueHeads) + " key/value heads do not go together.");
    }
    return h;
}

/// Rows of q or k: llama2.c rotates neighbours (2i, 2i + 1), the checkpoint format (i, i + headDim
/// / 2).
Tensor toHalfSplit(const Tensor& weight, std::int64_t headDim)
{
    const std::int64_t inputs = weight.size(1);
    return weight.view({-1, headDim / 2, 2, inputs}).transpose(1, 2).reshape({-1, inputs});
}

/// The tensors as the file holds them, one kind after the other for all blocks.
class WeightReader {
public:
    WeightReader(const MappedFile& file, const Header& header)
        : m_file(file)
        , m_header(header)
    {
    }

    std::vector<std::pair<std::string, Tensor>> read()
    {
        const Header& h = m_header;
        std::vector<std::pair<std::string, Tensor>> tensors;
        tensors.emplace_back("model.embed_tokens.weight", take({h.vocabulary, h.hidden}));
        each(tensors, "input_layernorm", {h.hidden});
        each(tensors, "self_attn.q_proj", {h.hidden, h.hidden});
        each(tensors, "self_attn.k_proj", {h.keys(), h.hidden});
        each(tensors, "self_attn.v_proj", {h.keys(), h.hidden});
        each(tensors, "self_attn.o_proj", {h.hidden, h.hidden});
        each(tensors, "post_attention_layernorm", {h.hidden});
        each(tensors, "mlp.gate_proj", {h.inner, h.hidden});
        each(tensors, "mlp.down_proj", {h.hidden, h.inner});
        each(tensors, "mlp.up_proj", {h.inner, h.hidden});
        tensors.emplace_back("model.norm.weight", take({h.hidden}));
        take({h.positions, h.headDim()}); // two rotary tables, computed here
        if (!h.tied) {
            tensors.emplace_back("lm_head.weight", take({h.vocabulary, h.hidden}));
        }
        if (m_next != m_file.size()) {
            throw Error(ErrorCode::Corrupt,
                        m_file.path().string() + ": " + std::to_string(m_file.size() - m_next) +
                            " bytes are left after the weights that its header announces.");
        }
        return tensors;
    }

private:
    Tensor take(const std::vector<std::int64_t>& shape)
    {
        std::size_t bytes = sizeof(float);
        for (const std::int64_t size : shape) {
            bytes *= static_cast<std::size_t>(size);
        }
        if (bytes > m_file.size() - m_next) {
            throw Error(ErrorCode::Corrupt,
                        m_file.path().string() + " ends after " + std::to_string(m_file.size()) +
                            " bytes; its header announces more weights: it was cut off.");
        }
        Tensor tensor = at::empty(shape, at::kFloat);
        std::memcpy(tensor.data_ptr(), m_file.data() + m_next, bytes);
        m_next += bytes;
        return tensor;
    }

    void each(std::vector<std::pair<std::string, Tensor>>& tensors, const std::string& name,
              const std::vector<std::int64_t>& shape)
    {
        const bool isRotated = name == "self_attn.q_proj" || name == "self_attn.k_proj";
        for (std::int64_t i = 0; i < m_header.layers; ++i) {
            const Tensor tensor = take(shape);
            tensors.emplace_back("model.layers." + std::to_string(i) + "." + name + ".weight",
                                 isRotated ? toHalfSplit(tensor, m_header.headDim()) : tensor);
        }
    }

    const MappedFile& m_file;
    Header m_header;
    std::size_t m_next = 7 * sizeof(std::int32_t);
};

Json configOf(const Header& h)
{
    return {{"architectures", Json::array({"LlamaForCausalLM"})},
            {"attention_bias", false},
            {"bos_token_id", 1},
            {"eos_token_id", 2},
            {"head_dim", h.headDim()},
            {"hidden_act", "silu"},
            {"hidden_size", h.hidden},
            {"intermediate_size", h.inner},
            {"max_position_embeddings", h.positions},
            {"mlp_bias", false},
            {"model_type", "llama"},
            {"num_attention_heads", h.heads},
            {"num_hidden_layers", h.layers},
            {"num_key_value_heads", h.keyValueHeads},
            {"rms_norm_eps", 1e-5},
            {"rope_theta", 10000.0},
            {"tie_word_embeddings", h.tied},
            {"torch_dtype", "float32"},
            {"vocab_size", h.vocabulary}};
}

void writeJson(const Path& file, const Json& value)
{
    writeFileAtomically(file, value.dump(2) + "\n");
}

} // namespace

void importLlama2c(const Path& weights, const Path& tokenizer, const Path& outputFolder)
{
    std::error_code ignored;
    if (std::filesystem::exists(outputFolder, ignored) &&
        !(std::filesystem::is_directory(outputFolder, ignored) &&
          std::filesystem::is_empty(outputFolder, ignored))) {
        throw Error(ErrorCode::InvalidInput, outputFolder.string() +
                                                 " is there already and is left as it is. Choose "
                                                 "another folder for the imported model.");
    }
    const MappedFile file(weights);
    const Header header = readHeader(file);
    const auto tensors = WeightReader(file, header).read();
    const Json tokenizerJson = llama2cTokenizer(tokenizer, header.vocabulary);
    std::vector<TensorToWrite> list;
    for (const auto& [name, tensor] : tensors) {
        list.push_back(
            {name, at::kFloat, tensor.sizes().vec(), [&value = tensor] { return value; }});
    }
    writeCheckpoint(outputFolder, list);
    writeJson(outputFolder / "tokenizer.json", tokenizerJson);
    writeJson(outputFolder / "tokenizer_config.json",
              {{"tokenizer_class", "PreTrainedTokenizerFast"},
               {"bos_token", "<s>"},
               {"eos_token", "</s>"},
               {"unk_token", "<unk>"},
               {"clean_up_tokenization_spaces", false},
               {"model_max_length", header.positions}});
    writeJson(outputFolder / "generation_config.json", {{"bos_token_id", 1}, {"eos_token_id", 2}});
    writeJson(outputFolder / "config.json",
              configOf(header)); // last: only with it is the folder a model
}

} // namespace espalier
