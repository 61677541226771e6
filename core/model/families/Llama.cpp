// SPDX-License-Identifier: GPL-3.0-or-later
// Llama and what shares its architecture: SmolLM2, TinyLlama, Llama 3, and, each with a difference
// or two in attention alone, Mistral, Qwen2, Qwen3 and SmolLM3.
// Touvron et al.: Llama 2: Open Foundation and Fine-Tuned Chat Models, 2023. Jiang et al.: Mistral
// 7B, 2023. Yang et al.: Qwen2 Technical Report, 2024; Qwen3 Technical Report, 2025. Read from top
// to bottom it follows the reference implementation: norm, attention, feed-forward, block, model.
// LlamaConfigs.cpp reads what tells the families apart.
//
//   x        hidden states [batch x length x hiddenSize], fp32
//   q, k, v  [batch x heads x length x headDim]
//
// In bf16 and fp16 the inputs and results of products have that type; the residual stream, norms
// and softmax sums stay fp32.

#include "core/checkpoint/Checkpoint.h"
#include "core/model/Activation.h"
#include "core/model/Attention.h"
#include "core/model/CausalLM.h"
#include "core/model/Parts.h"
#include "core/model/Rope.h"
#include "core/model/families/FamilyParts.h"
#include "core/model/families/LlamaConfigs.h"

#include <ATen/ATen.h>

namespace espalier {

namespace {

bool isSet(const std::vector<bool>& byBlock, std::int64_t index)
{
    return static_cast<std::size_t>(index) < byBlock.size() &&
           byBlock[static_cast<std::size_t>(index)];
}

class LlamaBlock : public PartsBlock {
public:
    /// Without `rotary` it can be listed, not run.
    LlamaBlock(const ModelConfig& c, std::int64_t index, std::shared_ptr<RotaryTable> rotary)
        : PartsBlock("model.layers.", index)
        , m_config(c)
        , m_window(isSet(c.windowed, index) ? c.slidingWindow : 0)
        , m_rotary(isSet(c.unrotated, index) ? nullptr : std::move(rotary))
        , m_inputNorm(addNorm("input_layernorm", c.hiddenSize, HasBias::No))
        , m_q(addLinear("self_attn.q_proj", c.heads * c.headDim, c.hiddenSize,
                        biasIf(c.attentionBias)))
        , m_k(addLinear("self_attn.k_proj", c.keyValueHeads * c.headDim, c.hiddenSize,
                        biasIf(c.attentionBias)))
        , m_v(addLinear("self_attn.v_proj", c.keyValueHeads * c.headDim, c.hiddenSize,
                        biasIf(c.attentionBias)))
        , m_o(addLinear("self_attn.o_proj", c.hiddenSize, c.heads * c.headDim,
                        biasIf(c.outputBias)))
        , m_gate(addLinear("mlp.gate_proj", c.intermediateSize, c.hiddenSize, biasIf(c.mlpBias)))
        , m_up(addLinear("mlp.up_proj", c.intermediateSize, c.hiddenSize, biasIf(c.mlpBias)))
        , m_down(addLinear("mlp.down_proj", c.hiddenSize, c.intermediateSize, biasIf(c.mlpBias)))
    {
        if (c.queryKeyNorms) {
            m_queryNorm = &addNorm("self_attn.q_norm", c.headDim, HasBias::No);
            m_keyNorm = &addNorm("self_attn.k_norm", c.headDim, HasBias::No);
        }
        m_postNorm = &addNorm("post_attention_layernorm", c.hiddenSize, HasBias::No);
    }

    Tensor forward(const Tensor& x, const BlockCall& call) override
    {
        const Tensor h =
            x +
            gatedAttention(attention(rmsNorm(x, m_inputNorm, m_config.normEpsilon), call), call);
        const Tensor mlp = feedForward(rmsNorm(h, *m_postNorm, m_config.normEpsilon), call);
        return gatedBlock(x, addedTo(h, gatedFeedForward(mlp, call)), call);
    }

    std::vector<std::vector<Linear*>> inputGroups() override
    {
        return {{&m_q, &m_k, &m_v}, {&m_o}, {&m_gate, &m_up}, {&m_down}};
    }

private:
    Tensor attention(const Tensor& x, const BlockCall& call)
    {
        AttentionInput input{.queries = splitHeads(m_q.forward(x), m_config.headDim),
                             .keys = splitHeads(m_k.forward(x), m_config.headDim),
                             .values = splitHeads(m_v.forward(x), m_config.headDim),
                             .window = m_window};
        if (m_queryNorm != nullptr) {
            input.queries = rmsNorm(input.queries, *m_queryNorm, m_config.normEpsilon);
            input.keys = rmsNorm(input.keys, *m_keyNorm, m_config.normEpsilon);
        }
        if (m_rotary != nullptr) {
            const auto [cos, sin] = m_rotary->at(call, x.size(1));
            input.queries = rotate(input.queries, cos, sin);
            input.keys = rotate(input.keys, cos, sin);
        }
        appendToCache(input, call);
        return m_o.forward(attend(input, call));
    }

    Tensor feedForward(const Tensor& x, const BlockCall& call)
    {
        Tensor inner = activated(m_gate.forward(x), Activation::Silu);
        inner = at::GradMode::is_enabled() ? inner * m_up.forward(x) : inner.mul_(m_up.forward(x));
        return m_down.forward(gatedInner(inner, call));
    }

    ModelConfig m_config;
    std::int64_t m_window;                 // 0: sees everything before
    std::shared_ptr<RotaryTable> m_rotary; // null: positions are not rotated
    Norm& m_inputNorm;
    Linear &m_q, &m_k, &m_v, &m_o, &m_gate, &m_up, &m_down;
    Norm* m_queryNorm = nullptr; // null: none
    Norm* m_keyNorm = nullptr;
    Norm* m_postNorm = nullptr;
};

constexpr const char* kEmbedding = "model.embed_tokens.weight";
constexpr const char* kNorm = "model.norm.weight";
constexpr const char* kHead = "lm_head.weight";

std::vector<ExpectedTensor> expectedTensors(const ModelConfig& c)
{
    std::vector<ExpectedTensor> expected{{kEmbedding, {c.vocabSize, c.hiddenSize}},
                                         {kNorm, {c.hiddenSize}}};
    if (!c.tiedEmbeddings) {
        expected.push_back({kHead, {c.vocabSize, c.hiddenSize}});
    }
    for (std::int64_t i = 0; i < c.layers; ++i) {
        LlamaBlock(c, i, nullptr).expect(expected, i);
    }
    return expected;
}

class Llama : public CausalLM {
public:
    Llama(const ModelConfig& config, std::shared_ptr<WeightSource> source,
          const LoadOptions& options)
        : CausalLM(config, std::move(source), options)
    {
        checkTensors(m_source->base(), expectedTensors(config), [](std::string_view name) {
            // The copy that some writers leave of a tied head, and tables that are computed here.
            return name == kHead || name.ends_with("rotary_emb.inv_freq");
        });
        const auto rotary = std::make_shared<RotaryTable>(config, options.device);
        for (std::int64_t i = 0; i < m_config.layers; ++i) {
            m_blocks.push_back(std::make_unique<LlamaBlock>(m_config, i, rotary));
        }
        m_embedding = readOuter(kEmbedding);
        m_norm.weight = readOuter(kNorm);
        m_head = config.tiedEmbeddings ? m_embedding : readOuter(kHead);
    }

    Tensor embed(const Tensor& tokens, const Tensor&) const override
    {
        return embedTokens(m_embedding, tokens, m_config);
    }

    Tensor finalNorm(const Tensor& hidden) const override
    {
        return rmsNorm(hidden, m_norm, m_config.normEpsilon);
    }

    const Tensor& headWeight() const override { return m_head; }

    std::vector<NamedTensor> outerTensors() const override
    {
        std::vector<NamedTensor> all{{kEmbedding, m_embedding}, {kNorm, m_norm.weight}};
        if (!m_config.tiedEmbeddings) {
            all.emplace_back(kHead, m_head);
        }
        return all;
    }

private:
    Tensor m_embedding, m_head;
    Norm m_norm;
};

Family family(const char* modelType, const char* architecture,
              ModelConfig (*readConfig)(const Json&, const Path&))
{
    return {.modelType = modelType,
            .architecture = architecture,
            .readConfig = readConfig,
            .create = createModel<Llama>,
            .countParameters = [](const ModelConfig& c) { return countOf(expectedTensors(c)); }};
}

const FamilyRegistration registrations[] = {
    FamilyRegistration(family("llama", "LlamaForCausalLM", readLlamaConfig)),
    FamilyRegistration(family("mistral", "MistralForCausalLM", readMistralConfig)),
    FamilyRegistration(family("qwen2", "Qwen2ForCausalLM", readQwen2Config)),
    FamilyRegistration(family("qwen3", "Qwen3ForCausalLM", readQwen3Config)),
    FamilyRegistration(family("smollm3", "SmolLM3ForCausalLM", readSmolLm3Config)),
};

} // namespace

} // namespace espalier
