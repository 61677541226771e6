// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/Attention.h"

#include <algorithm>

namespace espalier {

namespace {

std::int64_t wholePanels(std::int64_t columns)
{
    return (columns + kPanelColumns - 1) / kPanelColumns;
}

const std::byte* bytes(const float* values)
{
    return reinterpret_cast<const std::byte*>(values);
}

/// The positions that any of the rows sees.
struct Range {
    explicit Range(std::span<const AttentionRow> rows)
        : begin(rows.front().begin)
        , end(rows.front().end)
    {
        for (const AttentionRow& row : rows) {
            begin = std::min(begin, row.begin);
            end = std::max(end, row.end);
        }
        begin -= begin % kPanelColumns; // keys are read by panels
    }

    std::int64_t length() const { return end - begin; }

    std::int64_t panels() const { return wholePanels(length()); }

    std::int64_t begin, end;
};

/// Scores of all rows, [rows x whole panels]; those of positions after a row's end are not numbers
/// to be used.
void scoresOf(const KernelSet& kernels, const PackedKeyValues& head, const Range& range,
              std::int64_t rows, const float* queries, float* scores)
{
    alignas(64) float sums[KernelSet::kMostRows * 2 * kPanelColumns];
    const std::int64_t stride = range.panels() * kPanelColumns;
    const std::int64_t panelSize = head.headDim * kPanelColumns;
    const std::int64_t first = range.begin / kPanelColumns;
    for (std::int64_t panel = 0; panel < range.panels();) {
        const std::int64_t count = rows <= kernels.pairRows && panel + 1 < range.panels() ? 2 : 1;
        (count == 2 ? kernels.pairTiles : kernels.tiles)[rows](
            {.rows = queries,
             .panel = bytes(head.keys + (first + panel) * panelSize),
             .secondPanel = panelSize * static_cast<std::int64_t>(sizeof(float)),
             .depth = head.headDim,
             .sums = sums});
        for (std::int64_t r = 0; r < rows; ++r) {
            std::copy_n(sums + r * count * kPanelColumns, count * kPanelColumns,
                        scores + r * stride + panel * kPanelColumns);
        }
        panel += count;
    }
}

/// output = weights values / sum, a panel of numbers at a time.
void mix(const KernelSet& kernels, const PackedKeyValues& head, const Range& range,
         std::span<const AttentionRow> rows, const float* weights, const float* sums)
{
    alignas(64) float mixed[KernelSet::kMostRows * kPanelColumns];
    const auto count = static_cast<std::int64_t>(rows.size());
    for (std::int64_t column = 0; column < head.headDim; column += kPanelColumns) {
        kernels.tiles[count](
            {.rows = weights,
             .panel = bytes(head.values + column * head.capacity + range.begin * kPanelColumns),
             .depth = range.length(),
             .sums = mixed});
        const std::int64_t columns = std::min(kPanelColumns, head.headDim - column);
        for (std::int64_t r = 0; r < count; ++r) {
            float* to = rows[static_cast<std::size_t>(r)].output + column;
            for (std::int64_t i = 0; i < columns; ++i) {
                to[i] = mixed[r * kPanelColumns + i] / sums[r];
            }
        }
    }
}

} // namespace

std::int64_t PackedKeyValues::keySize(std::int64_t capacity, std::int64_t headDim)
{
    return wholePanels(capacity) * kPanelColumns * headDim;
}

std::int64_t PackedKeyValues::valueSize(std::int64_t capacity, std::int64_t headDim)
{
    return wholePanels(headDim) * kPanelColumns * capacity;
}

void PackedKeyValues::put(std::int64_t position, const float* key, const float* value) const
{
    const std::int64_t column = position % kPanelColumns;
    float* panel = keys + (position - column) * headDim;
    for (std::int64_t i = 0; i < headDim; ++i) {
        panel[i * kPanelColumns + column] = key[i];
    }
    for (std::int64_t i = 0; i < headDim; i += kPanelColumns) {
        float* row = values + i * capacity + position * kPanelColumns;
        const std::int64_t here = std::min(kPanelColumns, headDim - i);
        std::copy_n(value + i, here, row);
        std::fill_n(row + here, kPanelColumns - here, 0.0F);
    }
}

void attend(const KernelSet& kernels, const PackedKeyValues& head,
            std::span<const AttentionRow> rows, float scale, float* scratch)
{
    const Range range(rows);
    const auto count = static_cast<std::int64_t>(rows.size());
    const std::int64_t stride = range.panels() * kPanelColumns;
    float* queries = scratch;
    float* scores = queries + count * head.headDim;
    float* weights = scores + count * stride;
    float sums[KernelSet::kMostRows];
    for (std::int64_t r = 0; r < count; ++r) {
        const float* query = rows[static_cast<std::size_t>(r)].query;
        for (std::int64_t i = 0; i < head.headDim; ++i) {
            queries[i * count + r] = query[i];
        }
    }
    scoresOf(kernels, head, range, count, queries, scores);
    for (std::int64_t r = 0; r < count; ++r) {
        const AttentionRow& row = rows[static_cast<std::size_t>(r)];
        float* own = scores + r * stride;
        const std::int64_t begin = row.begin - range.begin, end = row.end - range.begin;
        sums[r] = kernels.expSum(own + begin, scale, end - begin);
        std::fill_n(own, begin, 0.0F);
        std::fill_n(own + end, range.length() - end, 0.0F);
    }
    if (count > 1) {
        kernels.pack(scores, stride, count, range.length(), weights);
    }
    mix(kernels, head, range, rows, count > 1 ? weights : scores, sums);
}

std::int64_t attentionScratch(const KernelSet& kernels, std::int64_t end, std::int64_t headDim)
{
    return kernels.maxRows * (headDim + 2 * wholePanels(end) * kPanelColumns);
}

} // namespace espalier
