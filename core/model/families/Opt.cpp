// SPDX-License-Identifier: GPL-3.0-or-later
// OPT. Zhang et al.: OPT: Open Pre-trained Transformer Language Models, 2022.
// Read from top to bottom it follows the reference implementation. Positions are learned and stand
// two rows down in their table. The 350M has its norms behind attention and feed-forward, none at
// the end, and embeddings that are projected to the hidden size and back.
//
//   x        hidden states [batch x length x hiddenSize], fp32
//   q, k, v  [batch x heads x length x headDim]

#include "core/checkpoint/Checkpoint.h"
#include "core/kernels/Gemm.h"
#include "core/model/Activation.h"
#include "core/model/Attention.h"
#include "core/model/CausalLM.h"
#include "core/model/Parts.h"
#include "core/model/families/CommonConfig.h"
#include "core/model/families/FamilyParts.h"

#include <ATen/ATen.h>

namespace espalier {

namespace {

constexpr const char* kBase = "model.decoder.";
constexpr std::int64_t kPositionOffset = 2;

ModelConfig readConfig(const Json& json, const Path& source)
{
    const ConfigReader reader(json, source);
    refuseQuantised(reader, source);
    ModelConfig c{.family = "opt"};
    c.layers = reader.integer("num_hidden_layers", kBlockBounds, 12);
    c.hiddenSize = reader.integer("hidden_size", kSizeBounds, 768);
    c.heads = reader.integer("num_attention_heads", kSizeBounds, 12);
    splitEvenly(reader, c, "hidden_size", "num_attention_heads");
    c.intermediateSize = reader.integer("ffn_dim", kSizeBounds, 3072);
    c.vocabSize = reader.integer("vocab_size", {1, 1 << 28}, 50272);
    c.maxPositions = reader.integer("max_position_embeddings", kPositionBounds, 2048);
    c.positionOffset = kPositionOffset;
    c.embeddingSize = reader.integer("word_embed_proj_dim", kSizeBounds, c.hiddenSize);
    c.normEpsilon = 1e-5;
    c.activation = readActivation(reader, "activation_function", "relu");
    c.normFirst = reader.flag("do_layer_norm_before", true);
    c.hasFinalNorm = c.normFirst && !reader.flag("_remove_final_layer_norm", false);
    c.affineNorms = reader.flag("layer_norm_elementwise_affine", true);
    c.attentionBias = reader.flag("enable_bias", true);
    c.outputBias = c.attentionBias;
    c.mlpBias = c.attentionBias;
    c.tiedEmbeddings = reader.flag("tie_word_embeddings", true);
    readTokensAndType(reader, json, c);
    return c;
}

class OptBlock : public PartsBlock {
public:
    OptBlock(const ModelConfig& c, const std::string& base, std::int64_t index)
        : PartsBlock(base + "layers.", index)
        , m_config(c)
        , m_bias(biasIf(c.attentionBias))
        , m_k(addLinear("self_attn.k_proj", c.hiddenSize, c.hiddenSize, m_bias))
        , m_v(addLinear("self_attn.v_proj", c.hiddenSize, c.hiddenSize, m_bias))
        , m_q(addLinear("self_attn.q_proj", c.hiddenSize, c.hiddenSize, m_bias))
        , m_output(addLinear("self_attn.out_proj", c.hiddenSize, c.hiddenSize, m_bias))
        , m_norm1(c.affineNorms ? addNorm("self_attn_layer_norm", c.hiddenSize, HasBias::Yes)
                                : m_plain)
        , m_up(addLinear("fc1", c.intermediateSize, c.hiddenSize, m_bias))
        , m_down(addLinear("fc2", c.hiddenSize, c.intermediateSize, m_bias))
        , m_norm2(c.affineNorms ? addNorm("final_layer_norm", c.hiddenSize, HasBias::Yes) : m_plain)
    {
    }

    Tensor forward(const Tensor& x, const BlockCall& call) override
    {
        Tensor h = x + gatedAttention(attention(before(x, m_norm1), call), call);
        h = behind(h, m_norm1);
        const Tensor mlp = feedForward(before(h, m_norm2), call);
        return gatedBlock(x, behind(addedTo(h, gatedFeedForward(mlp, call)), m_norm2), call);
    }

    std::vector<std::vector<Linear*>> inputGroups() override
    {
        return {{&m_q, &m_k, &m_v}, {&m_output}, {&m_up}, {&m_down}};
    }

private:
    Tensor before(const Tensor& x, const Norm& norm) const
    {
        return m_config.normFirst ? layerNorm(x, norm, m_config.normEpsilon) : x;
    }

    Tensor behind(const Tensor& x, const Norm& norm) const
    {
        return m_config.normFirst ? x : layerNorm(x, norm, m_config.normEpsilon);
    }

    Tensor attention(const Tensor& x, const BlockCall& call)
    {
        AttentionInput input{.queries = splitHeads(m_q.forward(x), m_config.headDim),
                             .keys = splitHeads(m_k.forward(x), m_config.headDim),
                             .values = splitHeads(m_v.forward(x), m_config.headDim)};
        appendToCache(input, call);
        return m_output.forward(attend(input, call));
    }

    Tensor feedForward(const Tensor& x, const BlockCall& call)
    {
        return m_down.forward(gatedInner(activated(m_up.forward(x), m_config.activation), call));
    }

    ModelConfig m_config;
    HasBias m_bias;
    Norm m_plain; // without weight and bias
    Linear &m_k, &m_v, &m_q, &m_output;
    Norm& m_norm1;
    Linear &m_up, &m_down;
    Norm& m_norm2;
};

constexpr const char* kHead = "lm_head.weight";

bool isProjected(const ModelConfig& c)
{
    return c.embeddingSize != c.hiddenSize;
}

bool hasFinalWeights(const ModelConfig& c)
{
    return c.hasFinalNorm && c.affineNorms;
}

std::vector<ExpectedTensor> expectedOuter(const ModelConfig& c, const std::string& base)
{
    std::vector<ExpectedTensor> expected{
        {base + "embed_tokens.weight", {c.vocabSize, c.embeddingSize}},
        {base + "embed_positions.weight", {c.maxPositions + kPositionOffset, c.hiddenSize}}};
    if (isProjected(c)) {
        expected.push_back({base + "project_in.weight", {c.hiddenSize, c.embeddingSize}});
        expected.push_back({base + "project_out.weight", {c.embeddingSize, c.hiddenSize}});
    }
    if (hasFinalWeights(c)) {
        expected.push_back({base + "final_layer_norm.weight", {c.hiddenSize}});
        expected.push_back({base + "final_layer_norm.bias", {c.hiddenSize}});
    }
    if (!c.tiedEmbeddings) {
        expected.push_back({kHead, {c.vocabSize, c.embeddingSize}});
    }
    return expected;
}

std::vector<ExpectedTensor> expectedTensors(const ModelConfig& c, const std::string& base)
{
    std::vector<ExpectedTensor> expected = expectedOuter(c, base);
    for (std::int64_t i = 0; i < c.layers; ++i) {
        OptBlock(c, base, i).expect(expected, i);
    }
    return expected;
}

class Opt : public CausalLM {
public:
    Opt(const ModelConfig& config, std::shared_ptr<WeightSource> source, const LoadOptions& options)
        : CausalLM(config, std::move(source), options)
        , m_base(baseOf(*m_source, kBase, "embed_tokens.weight"))
    {
        checkTensors(m_source->base(), expectedTensors(config, m_base),
                     [](std::string_view name) { return name == kHead; });
        for (std::int64_t i = 0; i < m_config.layers; ++i) {
            m_blocks.push_back(std::make_unique<OptBlock>(m_config, m_base, i));
        }
        m_tokens = readOuter(m_base + "embed_tokens.weight");
        m_positions = readOuter(m_base + "embed_positions.weight");
        if (isProjected(config)) {
            m_projectIn = readOuter(m_base + "project_in.weight");
            m_projectOut = readOuter(m_base + "project_out.weight");
        }
        if (hasFinalWeights(config)) {
            m_norm = {readOuter(m_base + "final_layer_norm.weight"),
                      readOuter(m_base + "final_layer_norm.bias")};
        }
        m_head = config.tiedEmbeddings ? m_tokens : readOuter(kHead);
    }

    Tensor embed(const Tensor& tokens, const Tensor& positions) const override
    {
        Tensor x = embedTokens(m_tokens, tokens, m_config);
        if (m_projectIn.defined()) {
            x = linearProduct(x.to(dtype()), m_projectIn).to(at::kFloat);
        }
        return x + embedPositions(m_positions, positions, tokens.size(-1), m_config);
    }

    Tensor finalNorm(const Tensor& hidden) const override
    {
        const Tensor x =
            m_config.hasFinalNorm ? layerNorm(hidden, m_norm, m_config.normEpsilon) : hidden;
        return m_projectOut.defined() ? linearProduct(x.to(dtype()), m_projectOut).to(at::kFloat)
                                      : x;
    }

    const Tensor& headWeight() const override { return m_head; }

    std::vector<NamedTensor> outerTensors() const override
    {
        std::vector<NamedTensor> all{{m_base + "embed_tokens.weight", m_tokens},
                                     {m_base + "embed_positions.weight", m_positions}};
        if (isProjected(m_config)) {
            all.emplace_back(m_base + "project_in.weight", m_projectIn);
            all.emplace_back(m_base + "project_out.weight", m_projectOut);
        }
        if (hasFinalWeights(m_config)) {
            all.emplace_back(m_base + "final_layer_norm.weight", m_norm.weight);
            all.emplace_back(m_base + "final_layer_norm.bias", m_norm.bias);
        }
        if (!m_config.tiedEmbeddings) {
            all.emplace_back(kHead, m_head);
        }
        return all;
    }

private:
    std::string m_base; // "model.decoder.", or "decoder." in files of the bare decoder
    Tensor m_tokens, m_positions, m_projectIn, m_projectOut, m_head;
    Norm m_norm;
};

const FamilyRegistration registration({.modelType = "opt",
                                       .architecture = "OPTForCausalLM",
                                       .readConfig = readConfig,
                                       .create = createModel<Opt>,
                                       .countParameters = [](const ModelConfig& c) {
                                           return countOf(expectedTensors(c, kBase));
                                       }});

} // namespace

} // namespace espalier
