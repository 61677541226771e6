// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"
#include "core/checkpoint/GgufFile.h"
#include "core/checkpoint/GgufNames.h"

#include <cstdint>
#include <vector>

namespace espalier {

/// How Llama 3.1 and later stretch rotary frequencies.
struct Llama3Scaling {
    double factor = 8, lowFrequencyFactor = 1, highFrequencyFactor = 4;
    double originalPositions = 8192;
};

/// What llama.cpp divides the frequencies of a head of `headSize` by (the tensor rope_freqs.weight
/// of a GGUF file): one number for each pair.
ESPALIER_API std::vector<float> rotaryFactors(const Llama3Scaling& scaling, double theta,
                                              std::int64_t headSize);

/// "rope_parameters" of config.json from the metadata rope.* and the tensor rope_freqs.weight.
/// Throws Unsupported for what no family here computes, Corrupt for what contradicts itself.
Json rotaryOf(const GgufFile& file, const GgufArchitecture& family, std::int64_t headSize);

} // namespace espalier
