// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/Gemm.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace espalier {

Tensor linearProduct(const Tensor& X, const Tensor& W, const Tensor& b)
{
    return at::linear(X, W, b.defined() ? std::optional<Tensor>(b) : std::nullopt);
}

Tensor linearProductFloat(const Tensor& X, const Tensor& W)
{
    if (W.scalar_type() == torch::kFloat) {
        return linearProduct(X, W);
    }
    // Rows of W are widened a tile at a time: a bf16 product would round its results to bf16.
    constexpr std::int64_t kTileRows = 4096;
    std::vector<Tensor> tiles;
    for (std::int64_t row = 0; row < W.size(0); row += kTileRows) {
        const Tensor tile =
            W.narrow(0, row, std::min(kTileRows, W.size(0) - row)).to(torch::kFloat);
        tiles.push_back(linearProduct(X, tile));
    }
    return tiles.size() == 1 ? tiles.front() : at::cat(tiles, -1);
}

} // namespace espalier
