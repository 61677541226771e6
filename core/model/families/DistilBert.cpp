// SPDX-License-Identifier: GPL-3.0-or-later
// DistilBERT. Sanh et al.: DistilBERT, a distilled version of BERT, 2019.
// Read from top to bottom it follows the reference implementation: BERT's blocks under other names,
// no token types, no pooler.
//
//   x  hidden states [batch x length x hiddenSize], fp32; norms stand behind each part

#include "core/base/Error.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/model/Activation.h"
#include "core/model/Attention.h"
#include "core/model/Encoder.h"
#include "core/model/Parts.h"
#include "core/model/families/EncoderConfig.h"
#include "core/model/families/FamilyParts.h"

#include <ATen/ATen.h>

namespace espalier {

namespace {

constexpr const char* kBase = "distilbert.";

class DistilBlock : public PartsBlock {
public:
    DistilBlock(const ModelConfig& c, const std::string& base, std::int64_t index)
        : PartsBlock(base + "transformer.layer.", index)
        , m_config(c)
        , m_query(addLinear("attention.q_lin", c.hiddenSize, c.hiddenSize, HasBias::Yes))
        , m_key(addLinear("attention.k_lin", c.hiddenSize, c.hiddenSize, HasBias::Yes))
        , m_value(addLinear("attention.v_lin", c.hiddenSize, c.hiddenSize, HasBias::Yes))
        , m_output(addLinear("attention.out_lin", c.hiddenSize, c.hiddenSize, HasBias::Yes))
        , m_norm1(addNorm("sa_layer_norm", c.hiddenSize, HasBias::Yes))
        , m_up(addLinear("ffn.lin1", c.intermediateSize, c.hiddenSize, HasBias::Yes))
        , m_down(addLinear("ffn.lin2", c.hiddenSize, c.intermediateSize, HasBias::Yes))
        , m_norm2(addNorm("output_layer_norm", c.hiddenSize, HasBias::Yes))
    {
    }

    Tensor forward(const Tensor& x, const BlockCall& call) override
    {
        const double epsilon = m_config.normEpsilon;
        const Tensor h = layerNorm(x + gatedAttention(attention(x, call), call), m_norm1, epsilon);
        const Tensor mlp =
            m_down.forward(gatedInner(activated(m_up.forward(h), m_config.activation), call));
        return gatedBlock(x, layerNorm(h + gatedFeedForward(mlp, call), m_norm2, epsilon), call);
    }

    std::vector<std::vector<Linear*>> inputGroups() override
    {
        return {{&m_query, &m_key, &m_value}, {&m_output}, {&m_up}, {&m_down}};
    }

private:
    Tensor attention(const Tensor& x, const BlockCall& call)
    {
        const AttentionInput input{.queries = splitHeads(m_query.forward(x), m_config.headDim),
                                   .keys = splitHeads(m_key.forward(x), m_config.headDim),
                                   .values = splitHeads(m_value.forward(x), m_config.headDim),
                                   .sight = Sight::All};
        return m_output.forward(attend(input, call));
    }

    ModelConfig m_config;
    Linear &m_query, &m_key, &m_value, &m_output;
    Norm& m_norm1;
    Linear &m_up, &m_down;
    Norm& m_norm2;
};

/// Everything outside the blocks, by the names of the file.
struct OuterParts {
    Parts embedding, masked, classifier;
    Tensor &words, &positions;
    Norm& norm;
    Linear* transform = nullptr; // null: no masked-language-model head
    Norm* maskedNorm = nullptr;
    Tensor* maskedBias = nullptr;
    Tensor* decoder = nullptr; // null: the embedding
    Linear* hidden = nullptr;
    Linear* classify = nullptr; // null: no classifier

    OuterParts(const ModelConfig& c, const std::string& base)
        : words(embedding.addTensor(base + "embeddings.word_embeddings.weight",
                                    {c.vocabSize, c.hiddenSize}))
        , positions(embedding.addTensor(base + "embeddings.position_embeddings.weight",
                                        {c.maxPositions, c.hiddenSize}))
        , norm(embedding.addNorm(base + "embeddings.LayerNorm", c.hiddenSize, HasBias::Yes))
    {
        const EncoderHeads heads = headsOf(c);
        if (heads.masked) {
            transform = &masked.addLinear("vocab_transform", "masked_head.transform", c.hiddenSize,
                                          c.hiddenSize, HasBias::Yes);
            maskedNorm = &masked.addNorm("vocab_layer_norm", c.hiddenSize, HasBias::Yes);
            maskedBias = &masked.addTensor("vocab_projector.bias", {c.vocabSize});
            if (!c.tiedEmbeddings) {
                decoder = &masked.addTensor("vocab_projector.weight", {c.vocabSize, c.hiddenSize});
            }
        }
        if (heads.classifier) {
            hidden = &classifier.addLinear("pre_classifier", "pre_classifier", c.hiddenSize,
                                           c.hiddenSize, HasBias::Yes);
            classify = &classifier.addLinear("classifier", "classifier", c.labels, c.hiddenSize,
                                             HasBias::Yes);
        }
    }

    OuterParts(const OuterParts&) = delete;
    OuterParts& operator=(const OuterParts&) = delete;
};

std::vector<ExpectedTensor> expectedTensors(const ModelConfig& c)
{
    const std::string base = headsOf(c).isBare ? "" : kBase;
    OuterParts outer(c, base);
    std::vector<ExpectedTensor> expected;
    for (const Parts* parts : {&outer.embedding, &outer.masked, &outer.classifier}) {
        parts->expect(expected, "");
    }
    for (std::int64_t i = 0; i < c.layers; ++i) {
        DistilBlock(c, base, i).expect(expected, i);
    }
    return expected;
}

class DistilBertEncoder : public Encoder {
public:
    DistilBertEncoder(const ModelConfig& config, std::shared_ptr<WeightSource> source,
                      const LoadOptions& options, const NewHead& head)
        : Encoder(config, std::move(source), options)
        , m_base(baseOf(*m_source, kBase, "embeddings.word_embeddings.weight"))
        , m_outer(m_config, m_base)
    {
        EncoderLoading loading(*m_source, weightOptions(), head);
        loading.require(m_outer.embedding);
        loading.require(m_outer.masked);
        loading.maybe(m_outer.classifier, m_outer.classify);
        for (std::int64_t i = 0; i < m_config.layers; ++i) {
            m_blocks.push_back(std::make_unique<DistilBlock>(m_config, m_base, i));
        }
        for (std::int64_t i = 0; i < config.layers; ++i) {
            DistilBlock(config, m_base, i).expect(loading.expected(), i);
        }
        loading.finish();
    }

    /// The token types of `input` are nothing to this model.
    Tensor embed(const EncoderInput& input, Dropout* dropout) const override
    {
        const Tensor tokens = input.tokens.to(device(), at::kLong);
        const Tensor x =
            layerNorm(embedTokens(m_outer.words, tokens, m_config) +
                          embedPositions(m_outer.positions, {}, tokens.size(-1), m_config),
                      m_outer.norm, m_config.normEpsilon);
        return dropout != nullptr ? (*dropout)(x, dropout->embedding) : x;
    }

    bool hasPooler() const override { return false; }

    bool hasMaskedHead() const override { return m_outer.transform != nullptr; }

    Tensor pooled(const Tensor&) const override { failWithoutHead("pooler"); }

    Tensor classLogits(const Tensor& hidden, Dropout* dropout) const override
    {
        if (m_outer.classify == nullptr) {
            failWithoutHead("classification head");
        }
        const Tensor x = at::relu(m_outer.hidden->forward(hidden.select(1, 0)));
        return m_outer.classify
            ->forward(dropout != nullptr ? (*dropout)(x, dropout->classifier) : x)
            .to(at::kFloat);
    }

    Tensor maskedTransform(const Tensor& rows) const override
    {
        if (!hasMaskedHead()) {
            failWithoutHead("masked-language-model head");
        }
        return layerNorm(activated(m_outer.transform->forward(rows), m_config.activation),
                         *m_outer.maskedNorm, m_config.normEpsilon);
    }

    const Tensor& maskedWeight() const override
    {
        return m_outer.decoder != nullptr ? *m_outer.decoder : m_outer.words;
    }

    const Tensor& maskedBias() const override
    {
        if (!hasMaskedHead()) {
            failWithoutHead("masked-language-model head");
        }
        return *m_outer.maskedBias;
    }

    std::vector<NamedTensor> outerTensors() const override
    {
        return tensorsOf({&m_outer.embedding, &m_outer.masked, &m_outer.classifier});
    }

private:
    std::string m_base; // "distilbert.", or nothing in files of a model without heads
    OuterParts m_outer;
};

Family family(const char* architecture)
{
    return {.modelType = "distilbert",
            .architecture = architecture,
            .readConfig = readEncoderConfig,
            .createEncoder = createEncoderModel<DistilBertEncoder>,
            .classifier = "DistilBertForSequenceClassification",
            .countParameters = [](const ModelConfig& c) { return countOf(expectedTensors(c)); }};
}

const FamilyRegistration registrations[] = {
    FamilyRegistration(family("DistilBertModel")),
    FamilyRegistration(family("DistilBertForMaskedLM")),
    FamilyRegistration(family("DistilBertForSequenceClassification")),
};

} // namespace

} // namespace espalier
