// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/ProductParts.h"

namespace espalier {

namespace {

// Small enough that members end together, large enough that taking one costs nothing.
constexpr std::int64_t kTasksPerMember = 6;

/// Of a panel, in the result.
std::int64_t panelWidth(Epilogue epilogue)
{
    return epilogue == Epilogue::SwiGlu ? kPanelColumns / 2 : kPanelColumns;
}

std::int64_t resultColumns(const PackedWeight& weight, const ProductResult& result)
{
    if (result.columns > 0) {
        return result.columns;
    }
    return result.epilogue == Epilogue::SwiGlu ? weight.panels() * kPanelColumns / 2
                                               : weight.outputs();
}

} // namespace

ProductGrid::ProductGrid(const ProductRows& rows, const PackedWeight& weight, std::int64_t tileRows,
                         std::int64_t cachedRows, std::int64_t members, Epilogue epilogue)
    : groupRows(cachedRows)
{
    const bool wholeRows = epilogue == Epilogue::LogSum; // a row's panels one after another
    if (wholeRows) {
        const std::int64_t each = rows.count / (members * kTasksPerMember) / tileRows * tileRows;
        groupRows = std::clamp(each, tileRows, cachedRows);
    }
    groups = (rows.count + groupRows - 1) / groupRows;
    const std::int64_t wanted =
        wholeRows ? 1
                  : std::max<std::int64_t>(1, members * kTasksPerMember /
                                                  std::max<std::int64_t>(groups, 1));
    chunkPanels = (weight.panels() + wanted - 1) / wanted;
    chunkPanels += members > 1 ? chunkPanels % 2 : 0; // small products go by pairs
    chunks = (weight.panels() + chunkPanels - 1) / chunkPanels;
}

void finishTile(const KernelSet& kernels, const PackedWeight& weight, const ProductResult& result,
                const float* sums, std::int64_t stride, std::int64_t row, std::int64_t rows,
                std::int64_t panel)
{
    const std::int64_t width = panelWidth(result.epilogue), column = panel * width;
    const std::int64_t columns = std::min(width, resultColumns(weight, result) - column);
    if (columns <= 0) {
        return;
    }
    TileSums tile{.sums = sums,
                  .stride = stride,
                  .rows = rows,
                  .columns = columns,
                  .bias = weight.bias(panel)};
    if (result.values != nullptr) {
        tile.result = result.values + row * result.stride + column;
        tile.resultStride = result.stride;
    }
    switch (result.epilogue) {
    case Epilogue::Store:
        kernels.store(tile);
        break;
    case Epilogue::Add:
        kernels.add(tile);
        break;
    case Epilogue::SwiGlu:
        kernels.swiGlu(tile);
        break;
    case Epilogue::Largest:
        kernels.largest(tile, column, result.largest + row);
        break;
    case Epilogue::LogSum:
        kernels.logSum(tile, result.firstColumn + column, result.targets + row,
                       result.logSums + row);
        break;
    }
}

} // namespace espalier
