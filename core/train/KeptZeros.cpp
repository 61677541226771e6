// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/KeptZeros.h"

#include "core/base/Error.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace espalier {

namespace {

/// Share of zeros from which a model counts as pruned. Weights that were stored in 16 bits have a
/// few zeros by accident: 0.03 % in SmolLM2-135M.
constexpr double kPrunedFrom = 0.01;

} // namespace

KeptZeros::KeptZeros(Transformer& model)
{
    const at::NoGradGuard noGrad;
    double zeros = 0;
    double weights = 0;
    std::vector<Linear*> withZeros;
    for (Linear* linear : model.linears()) {
        const auto size = static_cast<double>(linear->weight().numel());
        const double sparsity = linear->sparsity();
        zeros += sparsity * size;
        weights += size;
        if (sparsity > 0) {
            withZeros.push_back(linear);
        }
    }
    if (zeros < kPrunedFrom * weights) {
        return;
    }
    m_linears = withZeros;
    for (Linear* linear : m_linears) {
        linear->maskFromZeros();
    }
}

std::int64_t KeptZeros::count() const
{
    std::int64_t zeros = 0;
    for (const Linear* linear : m_linears) {
        zeros += linear->mask().numel() - linear->mask().sum().item<std::int64_t>();
    }
    return zeros;
}

void KeptZeros::maskGradients() const
{
    const at::NoGradGuard noGrad;
    for (Linear* linear : m_linears) {
        if (Tensor& gradient = linear->weight().mutable_grad(); gradient.defined()) {
            gradient.mul_(linear->mask());
        }
    }
}

void KeptZeros::enforce() const
{
    const at::NoGradGuard noGrad;
    for (Linear* linear : m_linears) {
        linear->enforceMask();
    }
}

void KeptZeros::verify() const
{
    for (const Linear* linear : m_linears) {
        const Tensor grown =
            linear->weight().detach().ne(0).logical_and_(linear->mask().logical_not());
        if (const auto count = grown.sum().item<std::int64_t>(); count > 0) {
            throw Error(ErrorCode::Internal, std::to_string(count) + " pruned weights of " +
                                                 linear->name() +
                                                 " have grown back while the student was trained.");
        }
    }
}

} // namespace espalier
