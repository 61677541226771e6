// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/families/EncoderConfig.h"

#include "core/base/Error.h"
#include "core/base/Random.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/model/families/CommonConfig.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

namespace espalier {

namespace {

constexpr Bounds kShare{0, 0.99};

/// Keys of config.json that DistilBERT calls otherwise.
struct Keys {
    const char *layers, *hidden, *heads, *inner, *activation, *dropout, *attentionDropout,
        *classifierDropout;
};

constexpr Keys kBertKeys{"num_hidden_layers",
                         "hidden_size",
                         "num_attention_heads",
                         "intermediate_size",
                         "hidden_act",
                         "hidden_dropout_prob",
                         "attention_probs_dropout_prob",
                         "classifier_dropout"};
constexpr Keys kDistilKeys{"n_layers",   "dim",     "n_heads",           "hidden_dim",
                           "activation", "dropout", "attention_dropout", "seq_classif_dropout"};

void refuseOther(const ConfigReader& reader)
{
    if (reader.text("position_embedding_type", "absolute") != "absolute") {
        reader.refuse("position_embedding_type", "absolute");
    }
    for (const char* key : {"is_decoder", "add_cross_attention"}) {
        if (reader.flag(key, false)) {
            reader.refuse(key, "false");
        }
    }
}

void readDropout(const ConfigReader& reader, const Keys& keys, bool isDistil, ModelConfig& c)
{
    c.hiddenDropout = reader.real(keys.dropout, kShare, 0.1);
    c.embeddingDropout = c.hiddenDropout;
    c.attentionDropout = reader.real(keys.attentionDropout, kShare, 0.1);
    c.classifierDropout =
        reader.real(keys.classifierDropout, kShare, isDistil ? 0.2 : c.hiddenDropout);
}

} // namespace

std::int64_t labelsOf(const ConfigReader& reader, const Json& json)
{
    if (reader.has("id2label")) {
        if (!json.at("id2label").is_object() || json.at("id2label").empty()) {
            reader.refuse("id2label", "an object with a name for every label");
        }
        return static_cast<std::int64_t>(json.at("id2label").size());
    }
    return reader.integer("num_labels", {1, 1 << 20}, 2);
}

ModelConfig readEncoderConfig(const Json& json, const Path& source)
{
    const ConfigReader reader(json, source);
    refuseQuantised(reader, source);
    refuseOther(reader);
    ModelConfig c{.family = familyFor(json, source).modelType,
                  .architecture = familyFor(json, source).architecture,
                  .normFirst = false};
    const bool isDistil = c.family == "distilbert", isRoberta = c.family == "roberta";
    const Keys& keys = isDistil ? kDistilKeys : kBertKeys;
    c.layersKey = keys.layers;
    c.layers = reader.integer(keys.layers, kBlockBounds, isDistil ? 6 : 12);
    c.hiddenSize = reader.integer(keys.hidden, kSizeBounds, 768);
    c.heads = reader.integer(keys.heads, kSizeBounds, 12);
    splitEvenly(reader, c, keys.hidden, keys.heads);
    c.intermediateSize = reader.integer(keys.inner, kSizeBounds, 3072);
    c.vocabSize = reader.integer("vocab_size", {1, 1 << 28}, isRoberta ? 50265 : 30522);
    c.typeVocabSize = isDistil ? 0 : reader.integer("type_vocab_size", {1, 1 << 16}, 2);
    c.normEpsilon = isDistil ? 1e-12 : reader.real("layer_norm_eps", {0, 1}, 1e-12);
    c.activation = readActivation(reader, keys.activation, "gelu");
    c.hasFinalNorm = false;
    c.attentionBias = c.outputBias = c.mlpBias = true;
    c.tiedEmbeddings = reader.flag("tie_word_embeddings", true);
    readDropout(reader, keys, isDistil, c);
    readTokensAndType(reader, json, c);
    if (c.padToken < 0) {
        c.padToken = isRoberta ? 1 : 0;
    }
    c.positionOffset = isRoberta ? c.padToken + 1 : 0;
    c.maxPositions =
        reader.integer("max_position_embeddings", kPositionBounds, 512) - c.positionOffset;
    if (headsOf(c).classifier) {
        c.labels = labelsOf(reader, json);
    }
    return c;
}

EncoderHeads headsOf(const ModelConfig& config)
{
    const auto ends = [&](const char* suffix) { return config.architecture.ends_with(suffix); };
    const bool isBert = config.family == "bert";
    if (ends("ForMaskedLM")) {
        return {.masked = true};
    }
    if (ends("ForPreTraining")) {
        return {.pooler = true, .nextSentence = true, .masked = true};
    }
    if (ends("ForSequenceClassification")) {
        return {.pooler = isBert, .classifier = true};
    }
    return {.isBare = true, .pooler = config.family != "distilbert"};
}

EncoderLoading::EncoderLoading(const WeightSource& source, const at::TensorOptions& options,
                               const NewHead& head)
    : m_source(source)
    , m_options(options)
    , m_head(head)
    , m_generator(at::make_generator<at::CPUGeneratorImpl>(head.seed))
{
}

void EncoderLoading::require(Parts& parts)
{
    parts.expect(m_expected, "");
    m_toLoad.push_back(&parts);
}

void EncoderLoading::maybe(Parts& parts, Linear*& linear)
{
    std::vector<ExpectedTensor> wanted;
    parts.expect(wanted, "");
    bool isThere = !wanted.empty();
    for (const ExpectedTensor& tensor : wanted) {
        // A head for other labels is no head for these.
        isThere = isThere && m_source.has(tensor.name) &&
                  (m_head.labels.empty() || m_source.shapeOf(tensor.name) == tensor.shape);
    }
    if (isThere) {
        require(parts);
    } else if (!m_head.labels.empty() && linear != nullptr) {
        parts.initialise(m_options, m_head.deviation, m_generator);
    } else {
        linear = nullptr;
        parts = Parts();
    }
}

void EncoderLoading::finish()
{
    checkTensors(m_source.base(), m_expected, [](std::string_view name) {
        // Other heads, copies of tied weights and tables of numbers: transformers passes them over.
        const auto begins = [&](std::string_view prefix) { return name.starts_with(prefix); };
        return begins("cls.") || begins("lm_head.") || begins("classifier") || begins("vocab_") ||
               begins("text_model.") || begins("text_projection.") || name == "logit_scale" ||
               begins("pre_classifier") || name.find("pooler.") != std::string_view::npos ||
               name.ends_with("position_ids");
    });
    for (Parts* parts : m_toLoad) {
        parts->load(m_source, "", m_options);
    }
}

std::vector<NamedTensor> tensorsOf(const std::vector<const Parts*>& parts)
{
    std::vector<NamedTensor> all;
    for (const Parts* some : parts) {
        const std::vector<NamedTensor> tensors = some->tensors("");
        all.insert(all.end(), tensors.begin(), tensors.end());
    }
    return all;
}

void checkTypes(const Tensor& types, const ModelConfig& config)
{
    const auto [least, most] = at::aminmax(types);
    if (least.item<std::int64_t>() < 0 || most.item<std::int64_t>() >= config.typeVocabSize) {
        throw Error(ErrorCode::InvalidInput,
                    "A token type lies outside the model's " +
                        std::to_string(config.typeVocabSize) + ": give 0 for the first text" +
                        (config.typeVocabSize > 1 ? " and 1 for the second." : " and the second."));
    }
}

} // namespace espalier
