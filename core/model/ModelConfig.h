// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/run/RunSpec.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// How rotary frequencies are changed for longer contexts.
struct RopeScaling {
    std::string kind = "default"; // "default", "linear", "llama3"
    double factor = 1.0;
    double lowFrequencyFactor = 1.0, highFrequencyFactor = 4.0; // llama3
    std::int64_t originalMaxPositions = 8192;                   // llama3
};

enum class Activation { Silu = 1, Gelu, GeluTanh, QuickGelu, Relu, Tanh };

/// What can be asked of a model.
enum class ModelKind {
    CausalLM = 1,  // the next token
    Encoder,       // hidden states of a text
    VisionEncoder, // hidden states of an image
    LinearsOnly,   // its architecture is not known: its linears are listed, nothing is computed
};

/// "a causal language model": for sentences.
ESPALIER_API std::string_view describe(ModelKind kind);

/// config.json, typed. Keys as Transformers 4 and 5 write them.
struct ModelConfig {
    std::string family = {}; // "llama", "qwen3": the model_type
    ModelKind kind = ModelKind::CausalLM;
    std::string architecture = {};               // "GPT2LMHeadModel"
    std::string layersKey = "num_hidden_layers"; // of `raw`: where the number of blocks stands
    std::int64_t layers = 0, hiddenSize = 0, heads = 0, keyValueHeads = 0, headDim = 0;
    std::int64_t intermediateSize = 0, vocabSize = 0, maxPositions = 0;
    double normEpsilon = 1e-5;
    Activation activation = Activation::Silu;
    std::int64_t rotaryDim = 0; // of each head's dimensions so many are rotated; 0: all
    double ropeTheta = 10000.0;
    RopeScaling ropeScaling = {};
    bool tiedEmbeddings = false;
    bool parallelResidual = false;   // attention and feed-forward read the same input
    bool normFirst = true;           // before attention and feed-forward; false: behind them
    bool hasFinalNorm = true;        // behind the last block
    bool affineNorms = true;         // norms have a weight and a bias
    std::int64_t embeddingSize = 0;  // of a token, projected to hiddenSize; 0: hiddenSize itself
    std::int64_t positionOffset = 0; // of the first position in a table of learned positions
    std::int64_t typeVocabSize = 0;  // token types of an encoder; 0: none
    std::int64_t padToken = -1;      // negative: none
    double embeddingDropout = 0, attentionDropout = 0, hiddenDropout = 0, classifierDropout = 0;
    std::int64_t countedParameters = 0; // LinearsOnly: in the files
    std::int64_t labels = 0;            // of a classification head; 0: no such head
    std::int64_t imageSize = 0, patchSize = 0, channels = 0; // of a vision encoder
    bool attentionBias = false;                              // of q, k and v
    bool outputBias = false;                                 // of o
    bool mlpBias = false;                                    // of gate, up and down
    bool queryKeyNorms = false;      // RMSNorm of every head's queries and keys before the rotation
    std::int64_t slidingWindow = 0;  // positions a windowed block sees, itself included; 0: all
    std::vector<bool> windowed = {}; // by block; empty: none
    std::vector<bool> unrotated = {}; // by block: no rotary embedding; empty: none
    std::int64_t bosToken = -1;       // negative: none
    std::vector<std::int64_t> eosTokens = {};
    NumberType storedType = NumberType::Float32;
    Json raw = Json::object(); // the file itself, for writing it back
};

/// Reads `folder`/config.json, or the metadata of a GGUF file, by its family. An architecture that
/// is not known is of the kind LinearsOnly if its weights hold linears. Throws NotFound, Corrupt,
/// Unsupported (the architecture and those that are known) or InvalidInput (a value out of range),
/// each with key and value.
ESPALIER_API ModelConfig readModelConfig(const Path& folder);

/// `config` of a model of these blocks, each where it is in the list: what differs by block follows
/// them, in the typed members and in `raw`.
ESPALIER_API void keepBlocks(ModelConfig& config, const std::vector<std::int64_t>& blocks);

/// Parameters by config alone, tied embeddings counted once; by the files where the
/// architecture is not known.
ESPALIER_API std::int64_t parameterCount(const ModelConfig& config);

} // namespace espalier
