// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <cstddef>
#include <cstdint>

namespace espalier {

/// Products of bf16 rows with bf16 panels on Intel's matrix unit: 32 rows x 32 columns at a time,
/// sums in fp32. Inputs are taken in groups of 32; what fills the last group up is zero.
constexpr std::int64_t kAmxRows = 32, kAmxDepth = 32;

/// The processor has the unit, and Linux lets this process use it (it is asked once).
ESPALIER_API bool hasAmx();

/// Numbers of a row: its inputs in whole groups.
constexpr std::int64_t amxDepth(std::int64_t inputs)
{
    return (inputs + kAmxDepth - 1) / kAmxDepth * kAmxDepth;
}

/// Prepares this thread, and gives the unit back.
class AmxScope {
public:
    AmxScope();
    ~AmxScope();
    AmxScope(const AmxScope&) = delete;
    AmxScope& operator=(const AmxScope&) = delete;
};

/// sums [32 x 32] = rows [32 x depth] panel; depth is a multiple of 32. Within an AmxScope.
void amxTile(const std::uint16_t* rows, std::int64_t depth, const std::byte* panel, float* sums);

/// To the nearest bf16, ties to even; from `count` to `padded` zeros.
ESPALIER_API void roundToBf16(const float* x, std::int64_t count, std::int64_t padded,
                              std::uint16_t* out);

} // namespace espalier
