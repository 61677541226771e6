// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/Gemm.h"

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <algorithm>

namespace espalier {

namespace {

using Bias = std::optional<Tensor>;
using Scalars = c10::List<std::optional<at::Scalar>>;
using OneDnnLinear = Tensor(const Tensor& X, const Tensor& W, const Bias& b,
                            std::string_view attribute, Scalars scalars,
                            std::optional<std::string_view> algorithm);

/// libtorch's own oneDNN product. It has no header, only a name, and not every build has it.
std::optional<c10::TypedOperatorHandle<OneDnnLinear>> findOneDnn()
{
    const auto found = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
    if (!found) {
        return std::nullopt;
    }
    return found->typed<OneDnnLinear>();
}

const auto& oneDnn()
{
    static const auto handle = findOneDnn();
    return handle;
}

bool isAmd()
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_is("amd") != 0;
#else
    return false;
#endif
}

/// The oneDNN product has no derivative and does not know autocast; its other types are libtorch's
/// own anyway.
bool suitsOneDnn(const Tensor& X, const Tensor& W)
{
    return X.scalar_type() == at::kFloat && W.scalar_type() == at::kFloat && X.is_cpu() &&
           X.numel() > 0 && !at::GradMode::is_enabled() &&
           !at::autocast::is_autocast_enabled(at::kCPU);
}

} // namespace

GemmPath gemmPath()
{
    static const GemmPath path =
        isAmd() && oneDnn().has_value() ? GemmPath::OneDnn : GemmPath::LibTorch;
    return path;
}

Tensor linearProduct(const Tensor& X, const Tensor& W, const Tensor& b, GemmPath path)
{
    const Bias bias = b.defined() ? Bias(b) : std::nullopt;
    if (path == GemmPath::OneDnn && oneDnn().has_value() && suitsOneDnn(X, W)) {
        return oneDnn()->call(X, W, bias, "none", Scalars(), std::nullopt);
    }
    return at::linear(X, W, bias);
}

Tensor linearProductFloat(const Tensor& X, const Tensor& W)
{
    if (W.scalar_type() == at::kFloat) {
        return linearProduct(X, W);
    }
    // Rows of W are widened a tile at a time: a bf16 product would round its results to bf16.
    constexpr std::int64_t kTileRows = 4096;
    std::vector<Tensor> tiles;
    for (std::int64_t row = 0; row < W.size(0); row += kTileRows) {
        const Tensor tile = W.narrow(0, row, std::min(kTileRows, W.size(0) - row)).to(at::kFloat);
        tiles.push_back(linearProduct(X, tile));
    }
    return tiles.size() == 1 ? tiles.front() : at::cat(tiles, -1);
}

} // namespace espalier
