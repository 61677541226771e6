// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/GgufDescription.h"

#include "core/base/Error.h"
#include "core/checkpoint/GgufRotary.h"

#include <algorithm>
#include <map>

namespace espalier {

namespace {

constexpr std::uint32_t kQuantizationVersion = 2; // of the blocks' layout

/// general.file_type, by the format's numbers.
std::uint32_t fileTypeOf(BlockType type)
{
    switch (type) {
    case BlockType::F16:
        return 1;
    case BlockType::Q4_0:
        return 2;
    case BlockType::Q4_1:
        return 3;
    case BlockType::Q8_0:
        return 7;
    case BlockType::BF16:
        return 32;
    default:
        return 0;
    }
}

std::string sizeLabel(std::int64_t parameters)
{
    const double millions = static_cast<double>(parameters) / 1e6;
    char text[32];
    std::snprintf(text, sizeof text, millions < 1000 ? "%.3gM" : "%.3gB",
                  millions < 1000 ? millions : millions / 1000);
    return text;
}

std::string architectureOf(const ModelConfig& config)
{
    const Json names = config.raw.value("architectures", Json::array());
    return names.is_array() && !names.empty() && names[0].is_string() ? names[0].get<std::string>()
                                                                      : std::string();
}

const GgufArchitecture* familyOf(const ModelConfig& config)
{
    if (const GgufArchitecture* family = ggufArchitectureOf(architectureOf(config))) {
        return family;
    }
    // A config.json without "architectures" names the family alone.
    return ggufArchitecture(config.family == "mistral" ? "llama" : config.family);
}

[[noreturn]] void refuse(const std::string& what)
{
    throw Error(ErrorCode::Unsupported,
                what + ", which llama.cpp does not compute in this family. Export safetensors "
                       "instead.");
}

void checkSettings(const ModelConfig& config, const GgufArchitecture& family)
{
    const bool isLlama = family.name == "llama";
    const Activation wanted = family.isRotary ? Activation::Silu : Activation::GeluTanh;
    if (config.activation != wanted) {
        refuse("The feed-forward part has another activation than the family's usual one");
    }
    if (family.isRotary && !isLlama && (config.outputBias || config.mlpBias)) {
        refuse("The model has biases at the output of the attention or in the feed-forward part");
    }
    if (family.name == "smollm3") {
        for (std::size_t i = 0; i < config.unrotated.size(); ++i) {
            if (config.unrotated[i] != ((i + 1) % 4 == 0)) {
                refuse(
                    "Block " + std::to_string(i) +
                    (config.unrotated[i] ? " leaves positions unrotated" : " rotates positions") +
                    "; only every fourth block may leave them, and all of these");
            }
        }
    }
}

/// Positions up to which blocks with a window see what llama.cpp sees, everything.
std::int64_t contextOf(const ModelConfig& config, std::vector<std::string>& notes)
{
    const bool isWindowed = std::ranges::find(config.windowed, true) != config.windowed.end();
    if (!isWindowed || config.slidingWindow <= 0 || config.slidingWindow >= config.maxPositions) {
        return config.maxPositions;
    }
    notes.push_back("The model's blocks see the last " + std::to_string(config.slidingWindow) +
                    " positions, llama.cpp lets them see all: the file's context is these " +
                    std::to_string(config.slidingWindow) + " positions, where both are the same.");
    return config.slidingWindow;
}

std::uint32_t whole(std::int64_t value)
{
    return static_cast<std::uint32_t>(value);
}

void addRotary(GgufMetadataWriter& metadata, const ModelConfig& config,
               const GgufArchitecture& family)
{
    const std::string prefix = std::string(family.name) + ".rope.";
    metadata.addReal(prefix + "freq_base", config.ropeTheta);
    metadata.addNumber(prefix + "dimension_count", whole(config.headDim));
    if (config.ropeScaling.kind == "linear") {
        metadata.addText(prefix + "scaling.type", "linear");
        metadata.addReal(prefix + "scaling.factor", config.ropeScaling.factor);
    } else if (config.ropeScaling.kind != "default" && config.ropeScaling.kind != "llama3") {
        refuse("The positions are scaled as \"" + config.ropeScaling.kind + "\"");
    }
}

} // namespace

const GgufArchitecture& requireGgufFamily(const ModelConfig& config)
{
    const GgufArchitecture* family = familyOf(config);
    if (family == nullptr) {
        throw Error(ErrorCode::Unsupported, "Models of the family " + config.family +
                                                " cannot be written as GGUF; known are " +
                                                ggufArchitectureNames() +
                                                " and mistral. Export safetensors instead.");
    }
    checkSettings(config, *family);
    return *family;
}

std::vector<std::string> describeModel(GgufMetadataWriter& metadata, const ModelConfig& config,
                                       const GgufFacts& facts)
{
    const GgufArchitecture& family = requireGgufFamily(config);
    std::vector<std::string> notes;
    metadata.addText("general.architecture", family.name);
    metadata.addText("general.type", "model");
    metadata.addText("general.name", facts.name);
    metadata.addText("general.size_label", sizeLabel(parameterCount(config)));
    if (!facts.licence.empty()) {
        metadata.addText("general.license", facts.licence);
    }
    const std::map<std::string_view, std::int64_t> numbers{
        {"block_count", config.layers},          {"context_length", contextOf(config, notes)},
        {"embedding_length", config.hiddenSize}, {"feed_forward_length", config.intermediateSize},
        {"attention.head_count", config.heads},  {"attention.head_count_kv", config.keyValueHeads},
        {"attention.key_length", config.headDim}};
    const std::string prefix = std::string(family.name) + ".";
    for (const GgufKeyPair& key : family.keys) {
        const auto number = numbers.find(key.gguf);
        if (number != numbers.end()) {
            metadata.addNumber(prefix + std::string(key.gguf), whole(number->second));
        } else {
            metadata.addReal(prefix + std::string(key.gguf), config.normEpsilon);
        }
    }
    if (family.isRotary) {
        metadata.addNumber(prefix + "attention.value_length", whole(config.headDim));
        addRotary(metadata, config, family);
    }
    metadata.addNumber(prefix + "vocab_size", whole(config.vocabSize));
    metadata.addNumber("general.file_type", fileTypeOf(facts.type));
    metadata.addNumber("general.quantization_version", kQuantizationVersion);
    return notes;
}

std::vector<float> rotaryFactorsOf(const ModelConfig& config)
{
    const RopeScaling& scaling = config.ropeScaling;
    if (scaling.kind != "llama3") {
        return {};
    }
    return rotaryFactors({.factor = scaling.factor,
                          .lowFrequencyFactor = scaling.lowFrequencyFactor,
                          .highFrequencyFactor = scaling.highFrequencyFactor,
                          .originalPositions = static_cast<double>(scaling.originalMaxPositions)},
                         config.ropeTheta, config.headDim);
}

} // namespace espalier
