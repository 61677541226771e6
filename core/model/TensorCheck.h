// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/checkpoint/Checkpoint.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// A tensor that config.json calls for.
struct ExpectedTensor {
    std::string name = {};
    std::vector<std::int64_t> shape = {};
    std::string alias = {}; // what older files call it; empty: nothing else
};

/// Throws Corrupt when a tensor is missing, unexpected, not of floating point or of another shape;
/// each is named with both shapes. Extra tensors for which `ignored` is true are passed over.
void checkTensors(const Checkpoint& checkpoint, const std::vector<ExpectedTensor>& expected,
                  const std::function<bool(std::string_view)>& ignored);

/// Throws InvalidInput when an id lies outside the vocabulary.
void checkTokens(const Tensor& tokens, std::int64_t vocabSize);

} // namespace espalier
