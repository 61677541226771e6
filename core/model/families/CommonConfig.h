// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/ConfigReader.h"

#include <string>

namespace espalier {

constexpr Bounds kSizeBounds{1, 1 << 24}, kPositionBounds{1, 1e9}, kBlockBounds{1, 10000};

/// Throws Unsupported for a checkpoint that says its weights are quantised.
void refuseQuantised(const ConfigReader& reader, const Path& source);

/// An activation by the name that transformers has for it; refused with the known ones.
Activation readActivation(const ConfigReader& reader, const std::string& key,
                          const std::string& fallback);

/// Token ids, stored type and the file itself.
void readTokensAndType(const ConfigReader& reader, const Json& json, ModelConfig& config);

/// keyValueHeads and headDim of a model whose heads all have their own keys and share hiddenSize
/// evenly; refuses other sizes.
void splitEvenly(const ConfigReader& reader, ModelConfig& config, const std::string& hiddenKey,
                 const std::string& headsKey);

} // namespace espalier
