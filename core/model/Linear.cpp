// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/Linear.h"

#include "core/base/Error.h"
#include "core/checkpoint/SafetensorsFile.h"
#include "core/kernels/Gemm.h"

#include <ATen/ATen.h>

namespace espalier {

namespace {

/// Editing a leaf that gradients flow into is allowed to us alone.
Tensor withoutHistory(const Tensor& tensor)
{
    return tensor.detach();
}

} // namespace

Linear::Linear(std::string name, Tensor weight, Tensor bias)
    : m_name(std::move(name))
    , m_weight(std::move(weight))
    , m_bias(std::move(bias))
{
}

void Linear::setMask(const Tensor& M)
{
    if (M.sizes() != m_weight.sizes() || M.scalar_type() != at::kBool) {
        throw Error(ErrorCode::Internal,
                    "The mask of " + m_name + " has shape " + shapeText(M.sizes()) + " and type " +
                        c10::toString(M.scalar_type()) + "; its weight has shape " +
                        shapeText(m_weight.sizes()) + " and masks are bool.");
    }
    m_mask = M.contiguous();
    enforceMask();
}

void Linear::maskFromZeros()
{
    m_mask = withoutHistory(m_weight).ne(0);
}

void Linear::clearMask()
{
    m_mask = Tensor();
}

void Linear::enforceMask()
{
    if (m_mask.defined()) {
        // Not a product with the mask: that would leave -0.0, and NaN where a pruned weight was not
        // finite.
        withoutHistory(m_weight).masked_fill_(m_mask.logical_not(), 0.0);
    }
}

void Linear::setWeight(const Tensor& weight)
{
    if (!m_weight.defined()) {
        m_weight = weight;
        return;
    }
    if (weight.sizes() != m_weight.sizes()) {
        throw Error(ErrorCode::Internal, "The new weight of " + m_name + " has shape " +
                                             shapeText(weight.sizes()) + ", the old one " +
                                             shapeText(m_weight.sizes()) + ".");
    }
    withoutHistory(m_weight).copy_(weight.detach());
}

void Linear::release()
{
    m_weight = Tensor();
    m_bias = Tensor();
    m_mask = Tensor();
}

double Linear::sparsity() const
{
    const std::int64_t all = m_weight.numel();
    if (all == 0) {
        return 0.0;
    }
    const std::int64_t kept = withoutHistory(m_weight).count_nonzero().item<std::int64_t>();
    return 1.0 - static_cast<double>(kept) / static_cast<double>(all);
}

Tensor Linear::forward(const Tensor& input) const
{
    const Tensor X = input.to(m_weight.scalar_type());
    if (m_observer) {
        m_observer(X.reshape({-1, X.size(-1)}));
    }
    return linearProduct(X, m_weight, m_bias);
}

} // namespace espalier
