// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace espalier {

/// The fused multiply-adds of a processor. Bf16: pairs of bfloat16 products added to fp32.
enum class FmaUnit { Plain = 1, Avx2, Avx512, Avx512Bf16, AmxBf16 };

/// "plain", "AVX2", "AVX-512", "AVX-512 BF16", "AMX BF16".
ESPALIER_API std::string_view nameOf(FmaUnit unit);

/// The unit multiplies bfloat16, not fp32.
ESPALIER_API bool isBf16(FmaUnit unit);

/// Those that this processor has, in the order above; Plain always.
ESPALIER_API std::vector<FmaUnit> fmaUnits();

struct FmaResult {
    double operations = 0; // floating-point operations: two for each multiply-add
    double lane = 0;       // what every lane holds at the end, averaged
};

/// `steps` multiply-adds in every register of a set large enough to hide their latency; no memory
/// is touched. From 0, fp32 lanes go x <- x/2 + 1, so that they hold 2 - 2^(1 - steps); bf16 lanes
/// gain 1 a step, in equal parts.
ESPALIER_API FmaResult fmaLoop(FmaUnit unit, std::int64_t steps);

/// What `threads` threads reach together, in floating-point operations a second: the machine's
/// limit, which no product of matrices can pass. The best of `repeats`.
ESPALIER_API double fmaLimit(FmaUnit unit, std::int64_t threads, std::int64_t repeats);

} // namespace espalier
