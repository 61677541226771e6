// SPDX-License-Identifier: GPL-3.0-or-later
// GPT-2. Radford et al.: Language Models are Unsupervised Multitask Learners, 2019.
// Read from top to bottom it follows the reference implementation. Its linears are stored as
// [inputs x outputs] ("Conv1D"); here they are [outputs x inputs] like everybody's, and files get
// them as they had them.
//
//   x        hidden states [batch x length x hiddenSize], fp32
//   q, k, v  one product, side by side: 3 hiddenSize outputs

#include "core/base/Error.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/model/Activation.h"
#include "core/model/Attention.h"
#include "core/model/CausalLM.h"
#include "core/model/Parts.h"
#include "core/model/families/CommonConfig.h"
#include "core/model/families/FamilyParts.h"

#include <ATen/ATen.h>

namespace espalier {

namespace {

constexpr const char* kBase = "transformer.";

ModelConfig readConfig(const Json& json, const Path& source)
{
    const ConfigReader reader(json, source);
    refuseQuantised(reader, source);
    for (const char* key : {"scale_attn_by_inverse_layer_idx", "add_cross_attention"}) {
        if (reader.flag(key, false)) {
            reader.refuse(key, "false");
        }
    }
    if (!reader.flag("scale_attn_weights", true)) {
        reader.refuse("scale_attn_weights", "true");
    }
    ModelConfig c{.family = "gpt2", .layersKey = "n_layer"};
    c.layers = reader.integer("n_layer", kBlockBounds, 12);
    c.hiddenSize = reader.integer("n_embd", kSizeBounds, 768);
    c.heads = reader.integer("n_head", kSizeBounds, 12);
    splitEvenly(reader, c, "n_embd", "n_head");
    c.intermediateSize = reader.integer("n_inner", kSizeBounds, 4 * c.hiddenSize);
    c.vocabSize = reader.integer("vocab_size", {1, 1 << 28}, 50257);
    c.maxPositions = reader.integer("n_positions", kPositionBounds, 1024);
    c.normEpsilon = reader.real("layer_norm_epsilon", {0, 1}, 1e-5);
    c.activation = readActivation(reader, "activation_function", "gelu_new");
    c.tiedEmbeddings = reader.flag("tie_word_embeddings", true);
    readTokensAndType(reader, json, c);
    return c;
}

class Gpt2Block : public PartsBlock {
public:
    Gpt2Block(const ModelConfig& c, const std::string& base, std::int64_t index)
        : PartsBlock(base + "h.", index)
        , m_config(c)
        , m_norm1(addNorm("ln_1", c.hiddenSize, HasBias::Yes))
        , m_qkv(addLinear("attn.c_attn", 3 * c.hiddenSize, c.hiddenSize, HasBias::Yes,
                          Layout::InputsByOutputs))
        , m_output(addLinear("attn.c_proj", c.hiddenSize, c.hiddenSize, HasBias::Yes,
                             Layout::InputsByOutputs))
        , m_norm2(addNorm("ln_2", c.hiddenSize, HasBias::Yes))
        , m_up(addLinear("mlp.c_fc", c.intermediateSize, c.hiddenSize, HasBias::Yes,
                         Layout::InputsByOutputs))
        , m_down(addLinear("mlp.c_proj", c.hiddenSize, c.intermediateSize, HasBias::Yes,
                           Layout::InputsByOutputs))
    {
    }

    Tensor forward(const Tensor& x, const BlockCall& call) override
    {
        const Tensor h =
            x + gatedAttention(attention(layerNorm(x, m_norm1, m_config.normEpsilon), call), call);
        const Tensor mlp = feedForward(layerNorm(h, m_norm2, m_config.normEpsilon), call);
        return gatedBlock(x, addedTo(h, gatedFeedForward(mlp, call)), call);
    }

    std::vector<std::vector<Linear*>> inputGroups() override
    {
        return {{&m_qkv}, {&m_output}, {&m_up}, {&m_down}};
    }

private:
    Tensor attention(const Tensor& x, const BlockCall& call)
    {
        const std::vector<Tensor> qkv = m_qkv.forward(x).chunk(3, -1);
        AttentionInput input{.queries = splitHeads(qkv[0], m_config.headDim),
                             .keys = splitHeads(qkv[1], m_config.headDim),
                             .values = splitHeads(qkv[2], m_config.headDim)};
        appendToCache(input, call);
        return m_output.forward(attend(input, call));
    }

    Tensor feedForward(const Tensor& x, const BlockCall& call)
    {
        return m_down.forward(gatedInner(activated(m_up.forward(x), m_config.activation), call));
    }

    ModelConfig m_config;
    Norm& m_norm1;
    Linear &m_qkv, &m_output;
    Norm& m_norm2;
    Linear &m_up, &m_down;
};

constexpr const char* kHead = "lm_head.weight";

std::vector<ExpectedTensor> expectedTensors(const ModelConfig& c, const std::string& base)
{
    std::vector<ExpectedTensor> expected{{base + "wte.weight", {c.vocabSize, c.hiddenSize}},
                                         {base + "wpe.weight", {c.maxPositions, c.hiddenSize}},
                                         {base + "ln_f.weight", {c.hiddenSize}},
                                         {base + "ln_f.bias", {c.hiddenSize}}};
    if (!c.tiedEmbeddings) {
        expected.push_back({kHead, {c.vocabSize, c.hiddenSize}});
    }
    for (std::int64_t i = 0; i < c.layers; ++i) {
        Gpt2Block(c, base, i).expect(expected, i);
    }
    return expected;
}

class Gpt2 : public CausalLM {
public:
    Gpt2(const ModelConfig& config, std::shared_ptr<WeightSource> source,
         const LoadOptions& options)
        : CausalLM(config, std::move(source), options)
        , m_base(baseOf(*m_source, kBase, "wte.weight"))
    {
        checkTensors(m_source->base(), expectedTensors(config, m_base), [](std::string_view name) {
            // A stored copy of a tied head, and the causal mask that old files hold.
            return name == kHead || name.ends_with(".attn.bias") ||
                   name.ends_with(".attn.masked_bias");
        });
        for (std::int64_t i = 0; i < m_config.layers; ++i) {
            m_blocks.push_back(std::make_unique<Gpt2Block>(m_config, m_base, i));
        }
        m_tokens = readOuter(m_base + "wte.weight");
        m_positions = readOuter(m_base + "wpe.weight");
        m_norm = {readOuter(m_base + "ln_f.weight"), readOuter(m_base + "ln_f.bias")};
        m_head = config.tiedEmbeddings ? m_tokens : readOuter(kHead);
    }

    Tensor embed(const Tensor& tokens, const Tensor& positions) const override
    {
        return embedTokens(m_tokens, tokens, m_config) +
               embedPositions(m_positions, positions, tokens.size(-1), m_config);
    }

    Tensor finalNorm(const Tensor& hidden) const override
    {
        return layerNorm(hidden, m_norm, m_config.normEpsilon);
    }

    const Tensor& headWeight() const override { return m_head; }

    std::vector<NamedTensor> outerTensors() const override
    {
        std::vector<NamedTensor> all{{m_base + "wte.weight", m_tokens},
                                     {m_base + "wpe.weight", m_positions},
                                     {m_base + "ln_f.weight", m_norm.weight},
                                     {m_base + "ln_f.bias", m_norm.bias}};
        if (!m_config.tiedEmbeddings) {
            all.emplace_back(kHead, m_head);
        }
        return all;
    }

private:
    std::string m_base; // "transformer.", or nothing in the files that OpenAI's were made into
    Tensor m_tokens, m_positions, m_head;
    Norm m_norm;
};

const FamilyRegistration registration({.modelType = "gpt2",
                                       .architecture = "GPT2LMHeadModel",
                                       .readConfig = readConfig,
                                       .create = createModel<Gpt2>,
                                       .countParameters = [](const ModelConfig& c) {
                                           return countOf(expectedTensors(c, kBase));
                                       }});

} // namespace

} // namespace espalier
