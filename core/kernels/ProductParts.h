// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/PackedGemm.h"

#include <algorithm>

namespace espalier {

/// How a result is cut into tasks: groups of rows, in each chunks of panels.
struct ProductGrid {
    /// `groupRows` rows stay in a core's second-level cache while panels of W go past; a multiple
    /// of `tileRows`.
    ProductGrid(const ProductRows& rows, const PackedWeight& weight, std::int64_t tileRows,
                std::int64_t cachedRows, std::int64_t members, Epilogue epilogue);

    std::int64_t groupRows = 0, groups = 0, chunkPanels = 0, chunks = 0;
};

/// What is made of the sums of `rows` rows, the first of which is row `row`, and one panel.
void finishTile(const KernelSet& kernels, const PackedWeight& weight, const ProductResult& result,
                const float* sums, std::int64_t stride, std::int64_t row, std::int64_t rows,
                std::int64_t panel);

} // namespace espalier
