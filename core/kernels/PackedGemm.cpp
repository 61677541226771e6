// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/PackedGemm.h"

#include "core/kernels/AmxGemm.h"
#include "core/kernels/AmxTile.h"
#include "core/kernels/ProductParts.h"

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

constexpr std::int64_t kHalfPanel = kPanelColumns / 2;
// Packed rows that stay in a core's second-level cache while panels of W go past.
constexpr std::int64_t kGroupBytes = 768 << 10;
constexpr std::int64_t kGroupTiles = 10;

/// Rows of one group, packed by tiles: tile t at t * tileRows * inputs.
void packGroup(const KernelSet& kernels, const ProductRows& rows, std::int64_t inputs,
               std::int64_t first, std::int64_t count, float* packed)
{
    for (std::int64_t tile = 0; tile < count; tile += kernels.maxRows) {
        const std::int64_t here = std::min(kernels.maxRows, count - tile);
        const float* from = rows.values + (first + tile) * rows.stride;
        float* to = packed + tile * inputs;
        if (rows.norm == nullptr) {
            kernels.pack(from, rows.stride, here, inputs, to);
            continue;
        }
        for (std::int64_t r = 0; r < here; ++r) {
            const float* row = from + r * rows.stride;
            kernels.scaled(row, kernels.inverseRms(row, inputs, rows.epsilon), rows.norm, inputs,
                           to + r, here);
        }
    }
}

class Product {
public:
    Product(const KernelSet& kernels, const ProductRows& rows, const PackedWeight& weight,
            const ProductResult& result)
        : m_kernels(kernels)
        , m_rows(rows)
        , m_weight(weight)
        , m_result(result)
    {
    }

    /// Panels [begin, end) with `count` packed rows, the first of which is row `first`.
    void multiply(const float* packed, std::int64_t first, std::int64_t count, std::int64_t begin,
                  std::int64_t end) const
    {
        for (std::int64_t panel = begin; panel < end;) {
            const bool pair = count <= m_kernels.pairRows && panel + 1 < end;
            for (std::int64_t row = 0; row < count; row += m_kernels.maxRows) {
                tile(packed + row * m_weight.inputs(), first + row,
                     std::min(m_kernels.maxRows, count - row), panel, pair ? 2 : 1);
            }
            panel += pair ? 2 : 1;
        }
    }

private:
    void tile(const float* packed, std::int64_t row, std::int64_t rows, std::int64_t panel,
              std::int64_t panels) const
    {
        alignas(64) float sums[KernelSet::kMostRows * kPanelColumns];
        const bool isBf16 = m_weight.type() == PackedType::BFloat16;
        const auto& single = isBf16 ? m_kernels.bf16Tiles : m_kernels.tiles;
        const auto& pair = isBf16 ? m_kernels.bf16PairTiles : m_kernels.pairTiles;
        (panels == 2 ? pair : single)[rows]({.rows = packed,
                                             .panel = m_weight.panel(panel),
                                             .secondPanel = m_weight.panelBytes(),
                                             .depth = m_weight.inputs(),
                                             .sums = sums});
        for (std::int64_t i = 0; i < panels; ++i) {
            finishTile(m_kernels, m_weight, m_result, sums + i * kPanelColumns,
                       panels * kPanelColumns, row, rows, panel + i);
        }
    }

    const KernelSet& m_kernels;
    const ProductRows& m_rows;
    const PackedWeight& m_weight;
    const ProductResult& m_result;
};

} // namespace

void packedProduct(TeamMember& member, const KernelSet& kernels, const ProductRows& rows,
                   const PackedWeight& weight, const ProductResult& result)
{
    if (rows.asBf16 && weight.type() == PackedType::BFloat16 && hasAmx()) {
        amxProduct(member, kernels, rows, weight, result);
        return;
    }
    const std::int64_t tileBytes =
        kernels.maxRows * weight.inputs() * static_cast<std::int64_t>(sizeof(float));
    const std::int64_t cachedRows =
        std::clamp<std::int64_t>(kGroupBytes / tileBytes, 1, kGroupTiles) * kernels.maxRows;
    const ProductGrid grid(rows, weight, kernels.maxRows, cachedRows, member.members(),
                           result.epilogue);
    const Product product(kernels, rows, weight, result);
    // One row without a norm is packed as it stands.
    const bool asIs = rows.count == 1 && rows.norm == nullptr;
    float* scratch = asIs ? nullptr : member.scratch(grid.groupRows * weight.inputs());
    std::int64_t packedGroup = -1;
    for (std::int64_t task = 0; (task = member.take(grid.groups * grid.chunks)) >= 0;) {
        const std::int64_t group = task / grid.chunks, chunk = task % grid.chunks;
        const std::int64_t first = group * grid.groupRows;
        const std::int64_t count = std::min(grid.groupRows, rows.count - first);
        if (!asIs && group != packedGroup) {
            packGroup(kernels, rows, weight.inputs(), first, count, scratch);
            packedGroup = group;
        }
        product.multiply(asIs ? rows.values : scratch, first, count, chunk * grid.chunkPanels,
                         std::min((chunk + 1) * grid.chunkPanels, weight.panels()));
    }
}

void packedProduct(int threads, const KernelSet& kernels, const ProductRows& rows,
                   const PackedWeight& weight, const ProductResult& result)
{
    if (result.epilogue != Epilogue::Largest) {
        Team::run(threads, [&](TeamMember& member) {
            packedProduct(member, kernels, rows, weight, result);
        });
        return;
    }
    std::vector<std::vector<Largest>> found(
        static_cast<std::size_t>(std::max(threads, 1)),
        std::vector<Largest>(static_cast<std::size_t>(rows.count)));
    Team::run(threads, [&](TeamMember& member) {
        ProductResult own = result;
        own.largest = found[static_cast<std::size_t>(member.index())].data();
        packedProduct(member, kernels, rows, weight, own);
    });
    for (std::size_t i = 0; i < found.front().size(); ++i) {
        for (const auto& ofMember : found) {
            result.largest[i] = larger(result.largest[i], ofMember[i]);
        }
    }
}

std::int64_t gateOutput(std::int64_t index)
{
    return index / kHalfPanel * kPanelColumns + index % kHalfPanel;
}

std::int64_t upOutput(std::int64_t index)
{
    return gateOutput(index) + kHalfPanel;
}

Largest larger(const Largest& a, const Largest& b)
{
    if (a.index < 0 || b.index < 0) {
        return a.index < 0 ? b : a;
    }
    if (std::isnan(a.value) || std::isnan(b.value)) {
        return std::isnan(a.value) ? a : b;
    }
    if (a.value != b.value) {
        return a.value > b.value ? a : b;
    }
    return a.index < b.index ? a : b;
}

} // namespace espalier
