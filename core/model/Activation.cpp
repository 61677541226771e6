// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/Activation.h"

#include "core/base/Error.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace espalier {

Tensor activated(Tensor x, Activation activation)
{
    const bool inPlace = !at::GradMode::is_enabled();
    switch (activation) {
    case Activation::Silu:
        return inPlace ? at::silu_(x) : at::silu(x);
    case Activation::Gelu:
        return inPlace ? at::gelu_(x) : at::gelu(x);
    case Activation::GeluTanh:
        return inPlace ? at::gelu_(x, "tanh") : at::gelu(x, "tanh");
    case Activation::QuickGelu: // CLIP's: x sigmoid(1.702 x)
        return x * at::sigmoid(1.702 * x);
    case Activation::Relu:
        return inPlace ? at::relu_(x) : at::relu(x);
    case Activation::Tanh:
        return inPlace ? at::tanh_(x) : at::tanh(x);
    }
    throw Error(ErrorCode::Internal, "An activation without a function.");
}

Tensor layerNorm(const Tensor& x, const Norm& norm, double epsilon)
{
    const auto wide = [](const Tensor& tensor) {
        return tensor.defined() ? std::optional(tensor.to(at::kFloat)) : std::nullopt;
    };
    return at::layer_norm(x.to(at::kFloat), {x.size(-1)}, wide(norm.weight), wide(norm.bias),
                          epsilon);
}

Tensor rmsNorm(const Tensor& x, const Norm& norm, double epsilon)
{
    const Tensor scale = (x.square().mean(-1, true) + epsilon).rsqrt();
    return x * scale * norm.weight;
}

Tensor addedTo(Tensor x, const Tensor& more)
{
    return at::GradMode::is_enabled() ? x + more : x.add_(more);
}

} // namespace espalier
