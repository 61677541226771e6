// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/ModelConfig.h"

namespace espalier {

/// config.json of each family that Llama.cpp computes. Throw Unsupported (quantised) or
/// InvalidInput (a value out of range, or a kind of block that is not known), with key and value.
ModelConfig readLlamaConfig(const Json& json, const Path& source);
ModelConfig readMistralConfig(const Json& json, const Path& source);
ModelConfig readQwen2Config(const Json& json, const Path& source);
ModelConfig readQwen3Config(const Json& json, const Path& source);
ModelConfig readSmolLm3Config(const Json& json, const Path& source);

} // namespace espalier
