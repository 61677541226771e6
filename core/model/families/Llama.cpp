// SPDX-License-Identifier: GPL-3.0-or-later
// Llama and what shares its architecture: SmolLM2, TinyLlama, Llama 3, and, each with a difference
// or two in attention alone, Mistral, Qwen2, Qwen3 and SmolLM3.
// Touvron et al.: Llama 2: Open Foundation and Fine-Tuned Chat Models, 2023. Jiang et al.: Mistral
// 7B, 2023. Yang et al.: Qwen2 Technical Report, 2024; Qwen3 Technical Report, 2025. Read from top
// to bottom it follows the reference implementation: norm, attention, feed-forward, block, model.
// The forward pass stays one file, even where that takes more than 300 lines; LlamaConfigs.cpp
// reads what tells the families apart.
//
//   x        hidden states [batch x length x hiddenSize], fp32
//   q, k, v  [batch x heads x length x headDim]
//
// In bf16 and fp16 the inputs and results of products have that type; the residual stream, norms
// and softmax sums stay fp32.

#include "core/base/Error.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/model/CausalLM.h"
#include "core/model/Rope.h"
#include "core/model/TensorCheck.h"
#include "core/model/families/LlamaConfigs.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <array>

namespace espalier {

namespace {

Tensor rmsNorm(const Tensor& x, const Tensor& weight, double epsilon)
{
    const Tensor scale = (x.square().mean(-1, true) + epsilon).rsqrt();
    return x * scale * weight;
}

/// Appends k or v to what the cache holds and returns the whole. Room for more positions is kept
/// behind the tensor, so that one more token costs a copy of its own size only.
Tensor appended(Tensor& held, const Tensor& more)
{
    constexpr std::int64_t kRoom = 128;
    const std::int64_t have = held.defined() ? held.size(2) : 0;
    const std::int64_t wanted = have + more.size(2);
    const std::int64_t rowSize = more.size(3);
    if (!held.defined() || held.stride(1) < wanted * rowSize) {
        Tensor larger =
            at::empty({more.size(0), more.size(1), wanted + std::max(wanted / 2, kRoom), rowSize},
                      more.options());
        if (have > 0) {
            larger.narrow(2, 0, have).copy_(held);
        }
        held = larger.narrow(2, 0, have);
    }
    held = held.as_strided({held.size(0), held.size(1), wanted, rowSize}, held.strides());
    held.narrow(2, have, more.size(2)).copy_(more);
    return held;
}

/// softmax(q k^T / sqrt(headDim)) v, each position seeing itself and what is before it: all of it,
/// or with a window the last `window` positions, itself included (0: all).
Tensor attend(const Tensor& q, Tensor k, Tensor v, std::int64_t window)
{
    const std::int64_t length = q.size(2), most = window > 0 ? window + length - 1 : k.size(2);
    if (k.size(2) > most) { // what no query sees any more
        k = k.narrow(2, k.size(2) - most, most);
        v = v.narrow(2, v.size(2) - most, most);
    }
    const std::int64_t all = k.size(2);
    const bool grouped = q.size(1) != k.size(1);
    const bool isWindowed = window > 0 && window < all;
    if (length == 1 || (length == all && !isWindowed)) {
        return at::scaled_dot_product_attention(q, k, v, {}, 0.0, length > 1, std::nullopt,
                                                grouped);
    }
    Tensor mask = at::ones({length, all}, q.options().dtype(at::kBool)).tril_(all - length);
    if (isWindowed) {
        mask.triu_(all - length - window + 1);
    }
    return at::scaled_dot_product_attention(q, k, v, mask, 0.0, false, std::nullopt, grouped);
}

class LlamaBlock : public Block {
public:
    LlamaBlock(const ModelConfig& config, std::int64_t index, std::shared_ptr<RotaryTable> rotary)
        : m_config(config)
        , m_window(isSet(config.windowed, index) ? config.slidingWindow : 0)
        , m_rotary(isSet(config.unrotated, index) ? nullptr : std::move(rotary))
        , m_linears{makeLinear(index, 0), makeLinear(index, 1), makeLinear(index, 2),
                    makeLinear(index, 3), makeLinear(index, 4), makeLinear(index, 5),
                    makeLinear(index, 6)}
    {
    }

    Tensor forward(const Tensor& x, KvCache* cache, std::int64_t index) override
    {
        Tensor h = x + attention(rmsNorm(x, m_inputNorm, m_config.normEpsilon), cache, index);
        const Tensor mlp = feedForward(rmsNorm(h, m_postNorm, m_config.normEpsilon));
        return at::GradMode::is_enabled() ? h + mlp : h.add_(mlp);
    }

    std::vector<Linear*> linears() override
    {
        std::vector<Linear*> all;
        for (Linear& linear : m_linears) {
            all.push_back(&linear);
        }
        return all;
    }

    std::vector<std::vector<Linear*>> inputGroups() override
    {
        return {{&q(), &k(), &v()}, {&o()}, {&gate(), &up()}, {&down()}};
    }

    std::vector<NamedTensor> tensors(std::int64_t index) const override
    {
        const std::string prefix = prefixOf(index);
        std::vector<NamedTensor> all{{prefix + "input_layernorm.weight", m_inputNorm}};
        for (std::size_t i = 0; i < m_linears.size(); ++i) {
            all.emplace_back(prefix + kLinearNames[i] + ".weight", m_linears[i].weight());
            if (m_linears[i].bias().defined()) {
                all.emplace_back(prefix + kLinearNames[i] + ".bias", m_linears[i].bias());
            }
        }
        if (m_config.queryKeyNorms) {
            all.emplace_back(prefix + kQueryNorm, m_queryNorm);
            all.emplace_back(prefix + kKeyNorm, m_keyNorm);
        }
        all.emplace_back(prefix + "post_attention_layernorm.weight", m_postNorm);
        return all;
    }

    bool isLoaded() const override { return m_inputNorm.defined(); }

    void load(const WeightSource& source, std::int64_t indexInSource,
              const at::TensorOptions& options) override
    {
        const std::string prefix = prefixOf(indexInSource);
        // Into the tensors that are there already: an optimiser may hold them.
        const auto place = [&](Tensor& tensor, const std::string& name) {
            const Tensor value = source.read(prefix + name).to(options);
            if (tensor.defined()) {
                tensor.detach().copy_(value);
            } else {
                tensor = value;
            }
        };
        for (std::size_t i = 0; i < m_linears.size(); ++i) {
            place(m_linears[i].weight(), std::string(kLinearNames[i]) + ".weight");
            if (hasBias(m_config, i)) {
                place(m_linears[i].bias(), std::string(kLinearNames[i]) + ".bias");
            }
        }
        if (m_config.queryKeyNorms) {
            place(m_queryNorm, kQueryNorm);
            place(m_keyNorm, kKeyNorm);
        }
        place(m_postNorm, "post_attention_layernorm.weight");
        place(m_inputNorm, "input_layernorm.weight"); // last: isLoaded() goes by it
    }

    void release() override
    {
        for (Linear& linear : m_linears) {
            linear.release();
        }
        for (Tensor* norm : {&m_inputNorm, &m_postNorm, &m_queryNorm, &m_keyNorm}) {
            *norm = Tensor();
        }
    }

    static void expect(std::vector<ExpectedTensor>& expected, const ModelConfig& c,
                       std::int64_t index)
    {
        const std::string prefix = prefixOf(index);
        const std::int64_t queries = c.heads * c.headDim, keys = c.keyValueHeads * c.headDim;
        const std::int64_t hidden = c.hiddenSize, inner = c.intermediateSize;
        const std::array<std::pair<std::int64_t, std::int64_t>, 7> sizes{{{queries, hidden},
                                                                          {keys, hidden},
                                                                          {keys, hidden},
                                                                          {hidden, queries},
                                                                          {inner, hidden},
                                                                          {inner, hidden},
                                                                          {hidden, inner}}};
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            const auto [outputs, inputs] = sizes[i];
            expected.push_back({prefix + kLinearNames[i] + ".weight", {outputs, inputs}});
            if (hasBias(c, i)) {
                expected.push_back({prefix + kLinearNames[i] + ".bias", {outputs}});
            }
        }
        for (const char* norm : {"input_layernorm.weight", "post_attention_layernorm.weight"}) {
            expected.push_back({prefix + norm, {hidden}});
        }
        if (c.queryKeyNorms) {
            expected.push_back({prefix + kQueryNorm, {c.headDim}});
            expected.push_back({prefix + kKeyNorm, {c.headDim}});
        }
    }

private:
    static constexpr std::array<const char*, 7> kLinearNames{
        "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
        "mlp.gate_proj",    "mlp.up_proj",      "mlp.down_proj"};
    static constexpr const char* kQueryNorm = "self_attn.q_norm.weight";
    static constexpr const char* kKeyNorm = "self_attn.k_norm.weight";

    static bool isSet(const std::vector<bool>& byBlock, std::int64_t index)
    {
        return static_cast<std::size_t>(index) < byBlock.size() &&
               byBlock[static_cast<std::size_t>(index)];
    }

    static std::string prefixOf(std::int64_t index)
    {
        return "model.layers." + std::to_string(index) + ".";
    }

    static bool hasBias(const ModelConfig& config, std::size_t i)
    {
        constexpr std::size_t kOutput = 3;
        return i < kOutput    ? config.attentionBias
               : i == kOutput ? config.outputBias
                              : config.mlpBias;
    }

    static Linear makeLinear(std::int64_t index, std::size_t i)
    {
        return Linear("blocks." + std::to_string(index) + "." + kLinearNames[i], {});
    }

    Linear& q() { return m_linears[0]; }

    Linear& k() { return m_linears[1]; }

    Linear& v() { return m_linears[2]; }

    Linear& o() { return m_linears[3]; }

    Linear& gate() { return m_linears[4]; }

    Linear& up() { return m_linears[5]; }

    Linear& down() { return m_linears[6]; }

    Tensor attention(const Tensor& x, KvCache* cache, std::int64_t index)
    {
        const std::int64_t batch = x.size(0), length = x.size(1);
        const auto byHead = [&](const Tensor& y) {
            return y.view({batch, length, -1, m_config.headDim}).transpose(1, 2);
        };
        Tensor queries = byHead(q().forward(x));
        Tensor keys = byHead(k().forward(x));
        Tensor values = byHead(v().forward(x));
        if (m_config.queryKeyNorms) {
            queries = rmsNorm(queries, m_queryNorm, m_config.normEpsilon);
            keys = rmsNorm(keys, m_keyNorm, m_config.normEpsilon);
        }
        if (m_rotary != nullptr) {
            const auto [cos, sin] = m_rotary->at(cache != nullptr ? cache->positions : 0, length);
            queries = rotate(queries, cos, sin);
            keys = rotate(keys, cos, sin);
        }
        if (cache != nullptr) {
            const auto i = static_cast<std::size_t>(index);
            cache->keys.resize(std::max(cache->keys.size(), i + 1));
            cache->values.resize(std::max(cache->values.size(), i + 1));
            keys = appended(cache->keys[i], keys);
            values = appended(cache->values[i], values);
        }
        const Tensor mixed = attend(queries, keys, values, m_window);
        return o().forward(mixed.transpose(1, 2).reshape({batch, length, -1}));
    }

    Tensor feedForward(const Tensor& x)
    {
        Tensor inner = gate().forward(x);
        inner = at::GradMode::is_enabled() ? at::silu(inner) * up().forward(x)
                                           : at::silu_(inner).mul_(up().forward(x));
        return down().forward(inner);
    }

    ModelConfig m_config;
    std::int64_t m_window;                 // 0: sees everything before
    std::shared_ptr<RotaryTable> m_rotary; // null: positions are not rotated
    std::array<Linear, 7> m_linears;
    Tensor m_inputNorm, m_postNorm, m_queryNorm, m_keyNorm;
};

class Llama : public CausalLM {
public:
    Llama(ModelConfig config, std::shared_ptr<WeightSource> source, const LoadOptions& options)
        : CausalLM(config, std::move(source), options)
    {
        check(config);
        const auto rotary = std::make_shared<RotaryTable>(config, options.device);
        for (std::int64_t i = 0; i < m_config.layers; ++i) {
            m_blocks.push_back(std::make_unique<LlamaBlock>(m_config, i, rotary));
        }
        m_embedding = m_source->read(kEmbedding).to(weightOptions());
        m_norm = m_source->read(kNorm).to(weightOptions());
        m_head = config.tiedEmbeddings ? m_embedding : m_source->read(kHead).to(weightOptions());
    }

    Tensor embed(const Tensor& tokens) const override
    {
        checkTokens(tokens, m_config.vocabSize);
        return at::embedding(m_embedding, tokens.to(device())).to(at::kFloat);
    }

    Tensor finalNorm(const Tensor& hidden) const override
    {
        return rmsNorm(hidden, m_norm, m_config.normEpsilon);
    }

    const Tensor& headWeight() const override { return m_head; }

    std::vector<NamedTensor> outerTensors() const override
    {
        std::vector<NamedTensor> all{{kEmbedding, m_embedding}, {kNorm, m_norm}};
        if (!m_config.tiedEmbeddings) {
            all.emplace_back(kHead, m_head);
        }
        return all;
    }

private:
    static constexpr const char* kEmbedding = "model.embed_tokens.weight";
    static constexpr const char* kNorm = "model.norm.weight";
    static constexpr const char* kHead = "lm_head.weight";

    void check(const ModelConfig& config) const
    {
        std::vector<ExpectedTensor> expected{{kEmbedding, {config.vocabSize, config.hiddenSize}},
                                             {kNorm, {config.hiddenSize}}};
        if (!config.tiedEmbeddings) {
            expected.push_back({kHead, {config.vocabSize, config.hiddenSize}});
        }
        for (std::int64_t i = 0; i < config.layers; ++i) {
            LlamaBlock::expect(expected, config, i);
        }
        checkTensors(m_source->base(), expected, [](std::string_view name) {
            // The copy that some writers leave of a tied head, and tables that are computed here.
            return name == kHead || name.ends_with("rotary_emb.inv_freq");
        });
    }

    Tensor m_embedding, m_norm, m_head;
};

std::unique_ptr<CausalLM> createLlama(ModelConfig config, std::shared_ptr<WeightSource> source,
                                      const LoadOptions& options)
{
    return std::make_unique<Llama>(std::move(config), std::move(source), options);
}

const FamilyRegistration registrations[] = {
    FamilyRegistration({"llama", "LlamaForCausalLM", readLlamaConfig, createLlama}),
    FamilyRegistration({"mistral", "MistralForCausalLM", readMistralConfig, createLlama}),
    FamilyRegistration({"qwen2", "Qwen2ForCausalLM", readQwen2Config, createLlama}),
    FamilyRegistration({"qwen3", "Qwen3ForCausalLM", readQwen3Config, createLlama}),
    FamilyRegistration({"smollm3", "SmolLM3ForCausalLM", readSmolLm3Config, createLlama}),
};

} // namespace

} // namespace espalier
