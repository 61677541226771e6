// SPDX-License-Identifier: GPL-3.0-or-later
// GPT-NeoX and Pythia. Black et al.: GPT-NeoX-20B, 2022. Biderman et al.: Pythia, 2023.
// Read from top to bottom it follows the reference implementation.
//
//   x        hidden states [batch x length x hiddenSize], fp32
//   q, k, v  one product; its outputs are grouped by head: q, k, v of the first head, then of the
//            second. The first rotaryDim dimensions of q and k are rotated.

#include "core/checkpoint/Checkpoint.h"
#include "core/model/Activation.h"
#include "core/model/Attention.h"
#include "core/model/CausalLM.h"
#include "core/model/Parts.h"
#include "core/model/Rope.h"
#include "core/model/families/CommonConfig.h"
#include "core/model/families/FamilyParts.h"

#include <ATen/ATen.h>

namespace espalier {

namespace {

constexpr const char* kBase = "gpt_neox.";

/// "partial_rotary_factor" of Transformers 5, "rotary_pct" of 4.
double rotaryShare(const ConfigReader& reader, const Json& json, const Path& source)
{
    constexpr Bounds kShare{0, 1};
    const double share = reader.real("rotary_pct", kShare, 0.25);
    if (!json.contains("rope_parameters") || !json.at("rope_parameters").is_object()) {
        return share;
    }
    return ConfigReader(json.at("rope_parameters"), source)
        .real("partial_rotary_factor", kShare, share);
}

ModelConfig readConfig(const Json& json, const Path& source)
{
    const ConfigReader reader(json, source);
    refuseQuantised(reader, source);
    ModelConfig c{.family = "gpt_neox"};
    c.layers = reader.integer("num_hidden_layers", kBlockBounds, 44);
    c.hiddenSize = reader.integer("hidden_size", kSizeBounds, 6144);
    c.heads = reader.integer("num_attention_heads", kSizeBounds, 64);
    splitEvenly(reader, c, "hidden_size", "num_attention_heads");
    c.intermediateSize = reader.integer("intermediate_size", kSizeBounds, 24576);
    c.vocabSize = reader.integer("vocab_size", {1, 1 << 28}, 50432);
    c.maxPositions = reader.integer("max_position_embeddings", kPositionBounds, 2048);
    c.normEpsilon = reader.real("layer_norm_eps", {0, 1}, 1e-5);
    c.activation = readActivation(reader, "hidden_act", "gelu");
    c.ropeTheta = reader.real("rotary_emb_base", {1, 1e12}, 10000);
    reader.readRope(c);
    c.rotaryDim = static_cast<std::int64_t>(static_cast<double>(c.headDim) *
                                            rotaryShare(reader, json, source));
    if (c.rotaryDim < 2 || c.rotaryDim % 2 != 0) {
        reader.refuse("rotary_pct", "a share of the " + std::to_string(c.headDim) +
                                        " dimensions of a head that is an even number of them");
    }
    c.parallelResidual = reader.flag("use_parallel_residual", true);
    c.attentionBias = reader.flag("attention_bias", true);
    c.outputBias = c.attentionBias;
    c.mlpBias = true;
    c.tiedEmbeddings = reader.flag("tie_word_embeddings", false);
    readTokensAndType(reader, json, c);
    return c;
}

class NeoXBlock : public PartsBlock {
public:
    /// Without `rotary` it can be listed, not run.
    NeoXBlock(const ModelConfig& c, const std::string& base, std::int64_t index,
              std::shared_ptr<RotaryTable> rotary)
        : PartsBlock(base + "layers.", index)
        , m_config(c)
        , m_rotary(std::move(rotary))
        , m_norm1(addNorm("input_layernorm", c.hiddenSize, HasBias::Yes))
        , m_norm2(addNorm("post_attention_layernorm", c.hiddenSize, HasBias::Yes))
        , m_qkv(addLinear("attention.query_key_value", 3 * c.hiddenSize, c.hiddenSize,
                          biasIf(c.attentionBias)))
        , m_dense(addLinear("attention.dense", c.hiddenSize, c.hiddenSize, biasIf(c.attentionBias)))
        , m_up(addLinear("mlp.dense_h_to_4h", c.intermediateSize, c.hiddenSize, HasBias::Yes))
        , m_down(addLinear("mlp.dense_4h_to_h", c.hiddenSize, c.intermediateSize, HasBias::Yes))
    {
    }

    Tensor forward(const Tensor& x, const BlockCall& call) override
    {
        const double epsilon = m_config.normEpsilon;
        const Tensor h = x + gatedAttention(attention(layerNorm(x, m_norm1, epsilon), call), call);
        const Tensor& mlpInput = m_config.parallelResidual ? x : h;
        const Tensor mlp = feedForward(layerNorm(mlpInput, m_norm2, epsilon), call);
        return gatedBlock(x, addedTo(h, gatedFeedForward(mlp, call)), call);
    }

    std::vector<std::vector<Linear*>> inputGroups() override
    {
        return {{&m_qkv}, {&m_dense}, {&m_up}, {&m_down}};
    }

private:
    Tensor attention(const Tensor& x, const BlockCall& call)
    {
        const std::vector<Tensor> qkv =
            splitHeads(m_qkv.forward(x), 3 * m_config.headDim).chunk(3, -1);
        const auto [cos, sin] = m_rotary->at(call, x.size(1));
        AttentionInput input{.queries = rotate(qkv[0], cos, sin),
                             .keys = rotate(qkv[1], cos, sin),
                             .values = qkv[2]};
        appendToCache(input, call);
        return m_dense.forward(attend(input, call));
    }

    Tensor feedForward(const Tensor& x, const BlockCall& call)
    {
        return m_down.forward(gatedInner(activated(m_up.forward(x), m_config.activation), call));
    }

    ModelConfig m_config;
    std::shared_ptr<RotaryTable> m_rotary;
    Norm &m_norm1, &m_norm2;
    Linear &m_qkv, &m_dense, &m_up, &m_down;
};

constexpr const char* kHead = "embed_out.weight";

std::vector<ExpectedTensor> expectedTensors(const ModelConfig& c, const std::string& base)
{
    std::vector<ExpectedTensor> expected{{base + "embed_in.weight", {c.vocabSize, c.hiddenSize}},
                                         {base + "final_layer_norm.weight", {c.hiddenSize}},
                                         {base + "final_layer_norm.bias", {c.hiddenSize}}};
    if (!c.tiedEmbeddings) {
        expected.push_back({kHead, {c.vocabSize, c.hiddenSize}});
    }
    for (std::int64_t i = 0; i < c.layers; ++i) {
        NeoXBlock(c, base, i, nullptr).expect(expected, i);
    }
    return expected;
}

class GptNeoX : public CausalLM {
public:
    GptNeoX(const ModelConfig& config, std::shared_ptr<WeightSource> source,
            const LoadOptions& options)
        : CausalLM(config, std::move(source), options)
        , m_base(baseOf(*m_source, kBase, "embed_in.weight"))
    {
        checkTensors(m_source->base(), expectedTensors(config, m_base), [](std::string_view name) {
            // A stored copy of a tied head, and tables that are computed here.
            return name == kHead || name.ends_with(".attention.bias") ||
                   name.ends_with(".attention.masked_bias") ||
                   name.ends_with("rotary_emb.inv_freq");
        });
        const auto rotary = std::make_shared<RotaryTable>(config, options.device);
        for (std::int64_t i = 0; i < m_config.layers; ++i) {
            m_blocks.push_back(std::make_unique<NeoXBlock>(m_config, m_base, i, rotary));
        }
        m_embedding = readOuter(m_base + "embed_in.weight");
        m_norm = {readOuter(m_base + "final_layer_norm.weight"),
                  readOuter(m_base + "final_layer_norm.bias")};
        m_head = config.tiedEmbeddings ? m_embedding : readOuter(kHead);
    }

    Tensor embed(const Tensor& tokens, const Tensor&) const override
    {
        return embedTokens(m_embedding, tokens, m_config);
    }

    Tensor finalNorm(const Tensor& hidden) const override
    {
        return layerNorm(hidden, m_norm, m_config.normEpsilon);
    }

    const Tensor& headWeight() const override { return m_head; }

    std::vector<NamedTensor> outerTensors() const override
    {
        std::vector<NamedTensor> all{{m_base + "embed_in.weight", m_embedding},
                                     {m_base + "final_layer_norm.weight", m_norm.weight},
                                     {m_base + "final_layer_norm.bias", m_norm.bias}};
        if (!m_config.tiedEmbeddings) {
            all.emplace_back(kHead, m_head);
        }
        return all;
    }

private:
    std::string m_base;
    Tensor m_embedding, m_head;
    Norm m_norm;
};

const FamilyRegistration registration({.modelType = "gpt_neox",
                                       .architecture = "GPTNeoXForCausalLM",
                                       .readConfig = readConfig,
                                       .create = createModel<GptNeoX>,
                                       .countParameters = [](const ModelConfig& c) {
                                           return countOf(expectedTensors(c, kBase));
                                       }});

} // namespace

} // namespace espalier
