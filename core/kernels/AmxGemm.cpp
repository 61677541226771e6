// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/AmxGemm.h"

#include "core/kernels/AmxTile.h"
#include "core/kernels/ProductParts.h"

#include <algorithm>

namespace espalier {

namespace {

constexpr std::int64_t kGroupTiles = 8; // 256 rows: half a megabyte at 1,024 inputs

/// Rows [first, first + count) as bf16, then rows of zeros until the last tile is full.
void roundGroup(const KernelSet& kernels, const ProductRows& rows, std::int64_t inputs,
                std::int64_t first, std::int64_t count, float* normed, std::uint16_t* rounded)
{
    const std::int64_t depth = amxDepth(inputs);
    for (std::int64_t r = 0; r < count; ++r) {
        const float* row = rows.values + (first + r) * rows.stride;
        if (rows.norm != nullptr) {
            kernels.scaled(row, kernels.inverseRms(row, inputs, rows.epsilon), rows.norm, inputs,
                           normed, 1);
            row = normed;
        }
        roundToBf16(row, inputs, depth, rounded + r * depth);
    }
    const std::int64_t full = (count + kAmxRows - 1) / kAmxRows * kAmxRows;
    std::fill(rounded + count * depth, rounded + full * depth, std::uint16_t{0});
}

} // namespace

void amxProduct(TeamMember& member, const KernelSet& kernels, const ProductRows& rows,
                const PackedWeight& weight, const ProductResult& result)
{
    const std::int64_t inputs = weight.inputs(), depth = amxDepth(inputs);
    const ProductGrid grid(rows, weight, kAmxRows, kGroupTiles * kAmxRows, member.members(),
                           result.epilogue);
    // A row's numbers for the norm, then the rounded rows, two in a float's place.
    float* normed = member.scratch(depth + grid.groupRows * depth / 2);
    auto* rounded = reinterpret_cast<std::uint16_t*>(normed + depth);
    alignas(64) float sums[kAmxRows * kPanelColumns];
    const AmxScope scope;
    std::int64_t roundedGroup = -1;
    for (std::int64_t task = 0; (task = member.take(grid.groups * grid.chunks)) >= 0;) {
        const std::int64_t group = task / grid.chunks, chunk = task % grid.chunks;
        const std::int64_t first = group * grid.groupRows;
        const std::int64_t count = std::min(grid.groupRows, rows.count - first);
        if (group != roundedGroup) {
            roundGroup(kernels, rows, inputs, first, count, normed, rounded);
            roundedGroup = group;
        }
        const std::int64_t end = std::min((chunk + 1) * grid.chunkPanels, weight.panels());
        for (std::int64_t panel = chunk * grid.chunkPanels; panel < end; ++panel) {
            for (std::int64_t row = 0; row < count; row += kAmxRows) {
                amxTile(rounded + row * depth, depth, weight.panel(panel), sums);
                finishTile(kernels, weight, result, sums, kPanelColumns, first + row,
                           std::min(kAmxRows, count - row), panel);
            }
        }
    }
}

} // namespace espalier
