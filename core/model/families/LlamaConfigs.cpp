// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/families/LlamaConfigs.h"

#include "core/model/families/CommonConfig.h"

// What a missing key stands for is what transformers 5.24 takes it for.

namespace espalier {

namespace {

/// What the families here have in common; `fallback` has what a missing key stands for.
ModelConfig readCommon(const ConfigReader& reader, const Json& json, const Path& source,
                       const ModelConfig& fallback)
{
    refuseQuantised(reader, source);
    const std::string activation = reader.text("hidden_act", "silu");
    if (activation != "silu" && activation != "swish") { // two names of one function
        reader.refuse("hidden_act", "silu");
    }
    ModelConfig c = fallback;
    c.layers = reader.integer("num_hidden_layers", kBlockBounds);
    c.hiddenSize = reader.integer("hidden_size", kSizeBounds);
    c.heads = reader.integer("num_attention_heads", kSizeBounds);
    const bool hasOwn = fallback.keyValueHeads > 0 && !reader.isNull("num_key_value_heads");
    c.keyValueHeads = reader.integer("num_key_value_heads", kSizeBounds,
                                     hasOwn ? fallback.keyValueHeads : c.heads);
    c.intermediateSize = reader.integer("intermediate_size", kSizeBounds);
    c.vocabSize = reader.integer("vocab_size", {1, 1 << 28});
    c.maxPositions =
        reader.integer("max_position_embeddings", kPositionBounds, fallback.maxPositions);
    if (c.heads % c.keyValueHeads != 0) {
        reader.refuse("num_key_value_heads",
                      "a divisor of num_attention_heads, " + std::to_string(c.heads));
    }
    if (!reader.has("head_dim") && fallback.headDim == 0 && c.hiddenSize % c.heads != 0) {
        reader.refuse("hidden_size",
                      "a multiple of num_attention_heads, " + std::to_string(c.heads));
    }
    c.headDim = reader.integer("head_dim", {2, 1 << 16},
                               fallback.headDim > 0 ? fallback.headDim : c.hiddenSize / c.heads);
    if (c.headDim % 2 != 0) {
        reader.refuse("head_dim", "an even number, not " + std::to_string(c.headDim));
    }
    c.normEpsilon = reader.real("rms_norm_eps", {0, 1}, 1e-6);
    reader.readRope(c);
    c.tiedEmbeddings = reader.flag("tie_word_embeddings", fallback.tiedEmbeddings);
    readTokensAndType(reader, json, c);
    return c;
}

/// Which blocks are windowed: by `layer_types` or, where that is missing, by `rule`. Only while
/// `use_sliding_window` says so; `fallback`: the window's length when it is missing, 0: none.
void readWindows(const ConfigReader& reader, ModelConfig& c, std::int64_t fallback,
                 const std::vector<bool>& rule)
{
    const auto listed =
        reader.byBlock("layer_types", c.layers, "full_attention", "sliding_attention");
    const bool isMissing = !reader.has("sliding_window");
    if (!reader.flag("use_sliding_window", false) || reader.isNull("sliding_window") ||
        (isMissing && fallback == 0)) {
        c.windowed.assign(rule.size(), false);
        return;
    }
    c.slidingWindow = isMissing ? fallback : reader.integer("sliding_window", kPositionBounds);
    c.windowed = listed.value_or(rule);
}

/// From block `max_window_layers` on.
void readQwenWindows(const ConfigReader& reader, ModelConfig& c)
{
    const std::int64_t first = reader.integer("max_window_layers", {0, 10000}, 28);
    std::vector<bool> rule;
    for (std::int64_t i = 0; i < c.layers; ++i) {
        rule.push_back(i >= first);
    }
    readWindows(reader, c, 4096, rule);
}

} // namespace

ModelConfig readLlamaConfig(const Json& json, const Path& source)
{
    const ConfigReader reader(json, source);
    ModelConfig c = readCommon(reader, json, source, {.family = "llama", .maxPositions = 2048});
    c.attentionBias = reader.flag("attention_bias", false);
    c.outputBias = c.attentionBias;
    c.mlpBias = reader.flag("mlp_bias", false);
    return c;
}

/// Every block sees the last `sliding_window` positions; null: everything.
ModelConfig readMistralConfig(const Json& json, const Path& source)
{
    const ConfigReader reader(json, source);
    ModelConfig c = readCommon(reader, json, source,
                               {.family = "mistral", .keyValueHeads = 8, .maxPositions = 131072});
    const bool seesAll = reader.isNull("sliding_window");
    c.slidingWindow = seesAll ? 0 : reader.integer("sliding_window", kPositionBounds, 4096);
    c.windowed.assign(static_cast<std::size_t>(c.layers), c.slidingWindow > 0);
    return c;
}

ModelConfig readQwen2Config(const Json& json, const Path& source)
{
    const ConfigReader reader(json, source);
    ModelConfig c = readCommon(reader, json, source,
                               {.family = "qwen2", .keyValueHeads = 32, .maxPositions = 32768});
    c.attentionBias = true; // of q, k and v
    readQwenWindows(reader, c);
    return c;
}

ModelConfig readQwen3Config(const Json& json, const Path& source)
{
    const ConfigReader reader(json, source);
    ModelConfig c =
        readCommon(reader, json, source,
                   {.family = "qwen3", .keyValueHeads = 32, .headDim = 128, .maxPositions = 32768});
    c.attentionBias = reader.flag("attention_bias", false);
    c.outputBias = c.attentionBias;
    c.queryKeyNorms = true;
    readQwenWindows(reader, c);
    return c;
}

/// Every `no_rope_layer_interval`-th block leaves positions unrotated, unless a list says which;
/// those are the ones that may have a window.
ModelConfig readSmolLm3Config(const Json& json, const Path& source)
{
    const ConfigReader reader(json, source);
    ModelConfig c = readCommon(reader, json, source,
                               {.family = "smollm3",
                                .keyValueHeads = 4,
                                .maxPositions = 32768,
                                .ropeTheta = 2000000.0,
                                .tiedEmbeddings = true});
    c.attentionBias = reader.flag("attention_bias", false);
    c.outputBias = c.attentionBias;
    c.mlpBias = reader.flag("mlp_bias", false);
    const std::int64_t interval = reader.integer("no_rope_layer_interval", {1, 10000}, 4);
    const auto listed = reader.byBlock("no_rope_layers", c.layers, 1, 0); // 1: rotated all the same
    for (std::int64_t i = 0; i < c.layers; ++i) {
        c.unrotated.push_back((i + 1) % interval == 0);
    }
    c.unrotated = listed.value_or(c.unrotated);
    readWindows(reader, c, 0, c.unrotated);
    return c;
}

} // namespace espalier
