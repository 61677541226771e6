// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/kernels/CpuPath.h"

#include <cstddef>
#include <cstdint>

namespace espalier {

/// Columns of a panel: the outputs of a weight that one kernel call makes.
constexpr std::int64_t kPanelColumns = 32;

/// What one kernel call multiplies. Factor numbers are stored by depth: the rows' values of one
/// depth side by side.
struct Tile {
    const float* rows = nullptr;      // [depth x row count]
    const std::byte* panel = nullptr; // fp32 [depth x 32], or bf16 [pairs of depth x 32 x 2]
    std::int64_t secondPanel = 0;     // bytes from this panel to the next; pairs of panels only
    std::int64_t depth = 0;
    float* sums = nullptr; // out: [row count x 32], [row count x 64] for a pair
};

using TileFunction = void (*)(const Tile& tile);

/// A block of finished sums on its way to the result.
struct TileSums {
    const float* sums = nullptr; // [rows x stride]
    std::int64_t stride = 0, rows = 0;
    std::int64_t columns = 0;      // up to 32, of SwiGLU's 32 up to 16
    const float* bias = nullptr;   // 32 numbers, or none
    float* result = nullptr;       // first row, first column
    std::int64_t resultStride = 0; // from row to row
};

/// The largest number so far and where it was; the first of equals.
struct Largest {
    float value = 0;
    std::int64_t index = -1; // negative: none yet
};

/// What is known so far of a row of logits: their log-sum-exp is highest + log(sum).
struct LogSum {
    float highest = 0;
    double sum = 0;   // of exp(logit - highest); 0: no logit yet
    float target = 0; // the logit of the row's target, once it came past
};

/// The inner loops of one kind of processor. Plain, AVX2 and AVX-512 forms come from one text
/// (KernelBody.h); AVX2 and AVX-512 add and multiply in the same order and give equal bits.
struct KernelSet {
    static constexpr std::size_t kMostRows = 14;

    CpuPath path = CpuPath::Plain;
    std::int64_t maxRows = 0;  // of a tile
    std::int64_t pairRows = 0; // tiles of so many rows or fewer exist for pairs of panels too
    // By row count; index 0 is unused.
    TileFunction tiles[kMostRows + 1] = {}, pairTiles[kMostRows + 1] = {};         // fp32 panels
    TileFunction bf16Tiles[kMostRows + 1] = {}, bf16PairTiles[kMostRows + 1] = {}; // bf16, widened

    void (*store)(const TileSums& tile) = nullptr;  // result = sums + bias
    void (*add)(const TileSums& tile) = nullptr;    // result += sums + bias
    void (*swiGlu)(const TileSums& tile) = nullptr; // result = silu(first 16) * last 16
    /// The largest of each row of a tile; columns begin at `firstColumn`.
    void (*largest)(const TileSums& tile, std::int64_t firstColumn, Largest* best) = nullptr;
    /// Takes the logits of a tile into the rows' sums; `targets` are columns, as `firstColumn` is.
    void (*logSum)(const TileSums& tile, std::int64_t firstColumn, const std::int64_t* targets,
                   LogSum* rows) = nullptr;

    /// 1 / sqrt(mean(x^2) + epsilon).
    float (*inverseRms)(const float* x, std::int64_t count, float epsilon) = nullptr;
    /// y[i * stride] = x[i] * scale * weight[i].
    void (*scaled)(const float* x, float scale, const float* weight, std::int64_t count, float* y,
                   std::int64_t stride) = nullptr;
    /// x = exp(scale * (x - largest x)); returns the sum. Keeps to `count` numbers.
    float (*expSum)(float* x, float scale, std::int64_t count) = nullptr;
    /// Rows packed by depth: out[i * rows + r] = x[r * stride + i].
    void (*pack)(const float* x, std::int64_t stride, std::int64_t rows, std::int64_t depth,
                 float* out) = nullptr;
};

/// The kernels of `path`, which has to be among cpuPaths().
ESPALIER_API const KernelSet& kernelSet(CpuPath path = cpuPath());

// One file each.
const KernelSet& plainKernels();
const KernelSet& avx2Kernels();
const KernelSet& avx512Kernels();

} // namespace espalier
