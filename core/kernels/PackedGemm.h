// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/kernels/KernelSet.h"
#include "core/kernels/PackedWeight.h"
#include "core/kernels/Team.h"

#include <cstdint>
#include <span>

namespace espalier {

/// X, [count x inputs] fp32, row after row. With norm weights each row is divided by its root mean
/// square and multiplied by them first (RMSNorm).
struct ProductRows {
    const float* values = nullptr;
    std::int64_t stride = 0, count = 0;
    const float* norm = nullptr; // [inputs], or none
    float epsilon = 0;
    bool asBf16 = false; // rounded for bf16 weights where hasAmx(): many times as fast, less exact
};

/// What becomes of Y = X W^T + b.
enum class Epilogue {
    Store = 1, // result = Y
    Add,       // result += Y
    SwiGlu,    // W's panels hold 16 gates, then their 16 ups: result = silu(gate) * up
    Largest,   // of each row only the largest number and its column
    LogSum     // of each row only its log-sum-exp and the number of its target
};

struct ProductResult {
    Epilogue epilogue = Epilogue::Store;
    float* values = nullptr; // [count x outputs], of SwiGLU half as many
    std::int64_t stride = 0;
    std::int64_t columns = 0;              // of the result; 0: W's outputs. SwiGLU's inner size
    LogSum* logSums = nullptr;             // [count], goes on from what is there
    const std::int64_t* targets = nullptr; // [count], columns
    std::int64_t firstColumn = 0;          // LogSum's: the column that W's first output is
    Largest* largest = nullptr; // [count], of this member alone: merge the members' with larger()
};

/// Y for every member of a team, each taking tiles of it; a wait() has to follow. Every number is
/// one chain of multiply-adds in the order of the inputs: it has the same bits whatever the number
/// of rows and of threads, wherever the rows are in memory, and with AVX2 as with AVX-512.
ESPALIER_API void packedProduct(TeamMember& member, const KernelSet& kernels,
                                const ProductRows& rows, const PackedWeight& weight,
                                const ProductResult& result);

/// The same on `threads` threads of its own.
ESPALIER_API void packedProduct(int threads, const KernelSet& kernels, const ProductRows& rows,
                                const PackedWeight& weight, const ProductResult& result);

/// Output of SwiGLU's packed weight that holds row `index` of the gate or of the up matrix.
ESPALIER_API std::int64_t gateOutput(std::int64_t index);
ESPALIER_API std::int64_t upOutput(std::int64_t index);

/// The larger of the two; of equals the one that comes first; NaN is larger than any number.
ESPALIER_API Largest larger(const Largest& a, const Largest& b);

} // namespace espalier
