// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/run/RunSpec.h"

#include <cstdint>
#include <string>
#include <vector>

namespace espalier {

/// How rotary frequencies are changed for longer contexts.
struct RopeScaling {
    std::string kind = "default"; // "default", "linear", "llama3"
    double factor = 1.0;
    double lowFrequencyFactor = 1.0, highFrequencyFactor = 4.0; // llama3
    std::int64_t originalMaxPositions = 8192;                   // llama3
};

/// config.json, typed. Keys as Transformers 4 and 5 write them.
struct ModelConfig {
    std::string family = {}; // "llama", "qwen3": the model_type
    std::int64_t layers = 0, hiddenSize = 0, heads = 0, keyValueHeads = 0, headDim = 0;
    std::int64_t intermediateSize = 0, vocabSize = 0, maxPositions = 0;
    double normEpsilon = 1e-5;
    double ropeTheta = 10000.0;
    RopeScaling ropeScaling = {};
    bool tiedEmbeddings = false;
    bool attentionBias = false;      // of q, k and v
    bool outputBias = false;         // of o
    bool mlpBias = false;            // of gate, up and down
    bool queryKeyNorms = false;      // RMSNorm of every head's queries and keys before the rotation
    std::int64_t slidingWindow = 0;  // positions a windowed block sees, itself included; 0: all
    std::vector<bool> windowed = {}; // by block; empty: none
    std::vector<bool> unrotated = {}; // by block: no rotary embedding; empty: none
    std::int64_t bosToken = -1;       // negative: none
    std::vector<std::int64_t> eosTokens = {};
    NumberType storedType = NumberType::Float32;
    Json raw = Json::object(); // the file itself, for writing it back
};

/// Reads `folder`/config.json by its family. Throws NotFound, Corrupt, Unsupported (the
/// architecture and those that are known) or InvalidInput (a value out of range), each with key and
/// value.
ESPALIER_API ModelConfig readModelConfig(const Path& folder);

/// `config` of a model of these blocks, each where it is in the list: what differs by block follows
/// them, in the typed members and in `raw`.
ESPALIER_API void keepBlocks(ModelConfig& config, const std::vector<std::int64_t>& blocks);

/// 2 * blocks * ... : parameters by config alone, tied embeddings counted once.
ESPALIER_API std::int64_t parameterCount(const ModelConfig& config);

} // namespace espalier
