// SPDX-License-Identifier: GPL-3.0-or-later
// BERT and RoBERTa.
// Devlin et al.: BERT: Pre-training of Deep Bidirectional Transformers, 2019. Liu et al.: RoBERTa,
// 2019: the same blocks; positions are counted from behind the padding id, and the heads differ.
// Read from top to bottom it follows the reference implementation.
//
//   x  hidden states [batch x length x hiddenSize], fp32; norms stand behind each part

#include "core/base/Error.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/kernels/Gemm.h"
#include "core/model/Activation.h"
#include "core/model/Attention.h"
#include "core/model/Encoder.h"
#include "core/model/Parts.h"
#include "core/model/families/EncoderConfig.h"
#include "core/model/families/FamilyParts.h"

#include <ATen/ATen.h>

namespace espalier {

namespace {

bool isRoberta(const ModelConfig& c)
{
    return c.family == "roberta";
}

class BertBlock : public PartsBlock {
public:
    BertBlock(const ModelConfig& c, const std::string& base, std::int64_t index)
        : PartsBlock(base + "encoder.layer.", index)
        , m_config(c)
        , m_query(addLinear("attention.self.query", c.hiddenSize, c.hiddenSize, HasBias::Yes))
        , m_key(addLinear("attention.self.key", c.hiddenSize, c.hiddenSize, HasBias::Yes))
        , m_value(addLinear("attention.self.value", c.hiddenSize, c.hiddenSize, HasBias::Yes))
        , m_output(addLinear("attention.output.dense", c.hiddenSize, c.hiddenSize, HasBias::Yes))
        , m_norm1(addNorm("attention.output.LayerNorm", c.hiddenSize, HasBias::Yes))
        , m_up(addLinear("intermediate.dense", c.intermediateSize, c.hiddenSize, HasBias::Yes))
        , m_down(addLinear("output.dense", c.hiddenSize, c.intermediateSize, HasBias::Yes))
        , m_norm2(addNorm("output.LayerNorm", c.hiddenSize, HasBias::Yes))
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
    Parts embedding, pooler, masked, classifier;
    Tensor &words, &positions, &types;
    Norm& norm;
    Linear* pool = nullptr;      // null: no pooler
    Linear* transform = nullptr; // null: no masked-language-model head
    Norm* maskedNorm = nullptr;
    Tensor* maskedBias = nullptr;
    Tensor* decoder = nullptr;  // null: the embedding
    Linear* hidden = nullptr;   // RoBERTa's classifier has one more linear
    Linear* classify = nullptr; // null: no classifier

    OuterParts(const ModelConfig& c, const std::string& base)
        : words(embedding.addTensor(base + "embeddings.word_embeddings.weight",
                                    {c.vocabSize, c.hiddenSize}))
        , positions(embedding.addTensor(base + "embeddings.position_embeddings.weight",
                                        {c.maxPositions + c.positionOffset, c.hiddenSize}))
        , types(embedding.addTensor(base + "embeddings.token_type_embeddings.weight",
                                    {c.typeVocabSize, c.hiddenSize}))
        , norm(embedding.addNorm(base + "embeddings.LayerNorm", c.hiddenSize, HasBias::Yes))
    {
        const EncoderHeads heads = headsOf(c);
        if (heads.pooler) {
            pool = &pooler.addLinear(base + "pooler.dense", "pooler", c.hiddenSize, c.hiddenSize,
                                     HasBias::Yes);
        }
        if (heads.nextSentence) { // nobody asks it anything, but it is part of the model
            pooler.addLinear("cls.seq_relationship", "next_sentence", 2, c.hiddenSize,
                             HasBias::Yes);
        }
        if (heads.masked) {
            addMaskedHead(c, isRoberta(c) ? "lm_head." : "cls.predictions.");
        }
        if (heads.classifier) {
            addClassifier(c);
        }
    }

    OuterParts(const OuterParts&) = delete;
    OuterParts& operator=(const OuterParts&) = delete;

    void addMaskedHead(const ModelConfig& c, const std::string& base)
    {
        const std::string inner = isRoberta(c) ? base : base + "transform.";
        transform = &masked.addLinear(inner + "dense", "masked_head.transform", c.hiddenSize,
                                      c.hiddenSize, HasBias::Yes);
        maskedNorm = &masked.addNorm(inner + (isRoberta(c) ? "layer_norm" : "LayerNorm"),
                                     c.hiddenSize, HasBias::Yes);
        maskedBias = &masked.addTensor(base + "bias", {c.vocabSize});
        if (!c.tiedEmbeddings) { // then the decoder's own bias counts, not the one above
            decoder = &masked.addTensor(base + "decoder.weight", {c.vocabSize, c.hiddenSize});
            maskedBias = &masked.addTensor(base + "decoder.bias", {c.vocabSize});
        }
    }

    void addClassifier(const ModelConfig& c)
    {
        if (isRoberta(c)) {
            hidden = &classifier.addLinear("classifier.dense", "classifier.dense", c.hiddenSize,
                                           c.hiddenSize, HasBias::Yes);
        }
        classify = &classifier.addLinear(isRoberta(c) ? "classifier.out_proj" : "classifier",
                                         "classifier", c.labels, c.hiddenSize, HasBias::Yes);
    }
};

std::vector<ExpectedTensor> expectedTensors(const ModelConfig& c)
{
    const std::string base = headsOf(c).isBare ? "" : c.family + ".";
    OuterParts outer(c, base);
    std::vector<ExpectedTensor> expected;
    for (const Parts* parts : {&outer.embedding, &outer.pooler, &outer.masked, &outer.classifier}) {
        parts->expect(expected, "");
    }
    for (std::int64_t i = 0; i < c.layers; ++i) {
        BertBlock(c, base, i).expect(expected, i);
    }
    return expected;
}

class BertEncoder : public Encoder {
public:
    BertEncoder(const ModelConfig& config, std::shared_ptr<WeightSource> source,
                const LoadOptions& options, const NewHead& head)
        : Encoder(config, std::move(source), options)
        , m_base(baseOf(*m_source, config.family + ".", "embeddings.word_embeddings.weight"))
        , m_outer(m_config, m_base)
    {
        EncoderLoading loading(*m_source, weightOptions(), head);
        loading.require(m_outer.embedding);
        loading.maybe(m_outer.pooler, m_outer.pool);
        loading.require(m_outer.masked);
        loading.maybe(m_outer.classifier, m_outer.classify);
        for (std::int64_t i = 0; i < m_config.layers; ++i) {
            m_blocks.push_back(std::make_unique<BertBlock>(m_config, m_base, i));
        }
        for (std::int64_t i = 0; i < config.layers; ++i) {
            BertBlock(config, m_base, i).expect(loading.expected(), i);
        }
        loading.finish();
    }

    Tensor embed(const EncoderInput& input, Dropout* dropout) const override
    {
        const Tensor tokens = input.tokens.to(device(), at::kLong);
        const Tensor types =
            input.types.defined() ? input.types.to(device(), at::kLong) : at::zeros_like(tokens);
        checkTypes(types, m_config);
        Tensor x =
            embedTokens(m_outer.words, tokens, m_config) +
            at::embedding(m_outer.types, types).to(at::kFloat) +
            embedPositions(m_outer.positions, positionsOf(tokens), tokens.size(-1), m_config);
        x = layerNorm(x, m_outer.norm, m_config.normEpsilon);
        return dropout != nullptr ? (*dropout)(x, dropout->embedding) : x;
    }

    bool hasPooler() const override { return m_outer.pool != nullptr; }

    bool hasMaskedHead() const override { return m_outer.transform != nullptr; }

    Tensor pooled(const Tensor& hidden) const override
    {
        if (!hasPooler()) {
            failWithoutHead("pooler");
        }
        return at::tanh(m_outer.pool->forward(hidden.select(1, 0)).to(at::kFloat));
    }

    Tensor classLogits(const Tensor& hidden, Dropout* dropout) const override
    {
        if (m_outer.classify == nullptr) {
            failWithoutHead("classification head");
        }
        const auto drop = [&](const Tensor& x) {
            return dropout != nullptr ? (*dropout)(x, dropout->classifier) : x;
        };
        Tensor x = m_outer.hidden == nullptr
                       ? pooled(hidden)
                       : at::tanh(m_outer.hidden->forward(drop(hidden.select(1, 0))));
        return m_outer.classify->forward(drop(x)).to(at::kFloat);
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
        return tensorsOf(
            {&m_outer.embedding, &m_outer.pooler, &m_outer.masked, &m_outer.classifier});
    }

private:
    /// Undefined: 0, 1, ... RoBERTa leaves padding out of the count; it stands at -1.
    Tensor positionsOf(const Tensor& tokens) const
    {
        if (!isRoberta(m_config)) {
            return {};
        }
        const Tensor isText = tokens.ne(m_config.padToken).to(at::kLong);
        return isText.cumsum(1) * isText - 1;
    }

    std::string m_base; // "bert.", or nothing in files of a model without heads
    OuterParts m_outer;
};

Family family(const char* modelType, const char* name, const char* suffix)
{
    return {.modelType = modelType,
            .architecture = std::string(name) + suffix,
            .readConfig = readEncoderConfig,
            .createEncoder = createEncoderModel<BertEncoder>,
            .classifier = std::string(name) + "ForSequenceClassification",
            .countParameters = [](const ModelConfig& c) { return countOf(expectedTensors(c)); }};
}

const FamilyRegistration registrations[] = {
    FamilyRegistration(family("bert", "Bert", "Model")),
    FamilyRegistration(family("bert", "Bert", "ForMaskedLM")),
    FamilyRegistration(family("bert", "Bert", "ForPreTraining")),
    FamilyRegistration(family("bert", "Bert", "ForSequenceClassification")),
    FamilyRegistration(family("roberta", "Roberta", "Model")),
    FamilyRegistration(family("roberta", "Roberta", "ForMaskedLM")),
    FamilyRegistration(family("roberta", "Roberta", "ForSequenceClassification")),
};

} // namespace

} // namespace espalier
