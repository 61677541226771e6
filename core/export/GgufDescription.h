// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/checkpoint/GgufNames.h"
#include "core/export/GgufWriter.h"
#include "core/model/ModelConfig.h"

#include <string>
#include <vector>

namespace espalier {

/// general.* and <architecture>.* of a GGUF file, as llama.cpp's converter writes them.
struct GgufFacts {
    std::string name = {};
    std::string licence = {}; // empty: not known
    BlockType type = BlockType::F32;
};

/// What a model must be so that llama.cpp computes what it computes; throws Unsupported in words
/// where its family or a setting has no counterpart there.
ESPALIER_API const GgufArchitecture& requireGgufFamily(const ModelConfig& config);

/// Adds the metadata. Returned are sentences for the user on what the file cannot keep.
ESPALIER_API std::vector<std::string>
describeModel(GgufMetadataWriter& metadata, const ModelConfig& config, const GgufFacts& facts);

/// Numbers that llama.cpp divides rotary frequencies by, for the tensor rope_freqs.weight; empty
/// when they stay as they are.
std::vector<float> rotaryFactorsOf(const ModelConfig& config);

} // namespace espalier
