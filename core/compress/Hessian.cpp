// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compress/Hessian.h"

#include "core/base/Error.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <sstream>

namespace espalier {

namespace {

constexpr std::int64_t kPanel = 256;          // columns of G that one product fills
constexpr std::int64_t kCheapInDouble = 1024; // inputs up to which Mixed means fp64
constexpr int kDampingSteps = 4;
constexpr double kLeastDamping = 1e-4; // what a damping of zero grows from

std::string shortText(double value)
{
    std::ostringstream out;
    out.precision(3);
    out << value;
    return out.str();
}

at::ScalarType sumType(at::ScalarType inputs, std::int64_t width, HessianPrecision precision)
{
    const bool wide = precision == HessianPrecision::Float64 ||
                      (precision == HessianPrecision::Mixed && width <= kCheapInDouble);
    return wide || inputs == at::kDouble ? at::kDouble : at::kFloat;
}

std::optional<InverseFactor> attempt(const Tensor& H, const Tensor& dead, double lambda)
{
    Tensor damped = H.clone();
    damped.diagonal().add_(lambda);
    auto U = upperFactorOfInverse(damped);
    if (!U) {
        return {};
    }
    return InverseFactor{std::move(*U), dead, lambda};
}

} // namespace

std::optional<Tensor> upperFactorOfInverse(const Tensor& H)
{
    const auto [lower, info] = at::linalg_cholesky_ex(H.flip({0, 1}));
    if (info.item<int>() != 0) {
        return {};
    }
    const Tensor V = lower.flip({0, 1});
    const Tensor U =
        at::linalg_solve_triangular(V, at::eye(V.size(0), V.options()), /*upper=*/true);
    if (!U.isfinite().all().item<bool>()) {
        return {};
    }
    return U.contiguous();
}

InverseFactor inverseFactor(const Tensor& original, double damping, std::string_view name,
                            const std::function<void(const std::string&)>& warn)
{
    const std::string linear(name);
    if (!original.isfinite().all().item<bool>()) {
        throw Error(
            ErrorCode::Numeric,
            "The Hessian of " + linear +
                " holds values that are not finite; look for NaN or overflow in the calibration "
                "activations of this linear.");
    }
    Tensor H = original.clone();
    const Tensor dead = H.diagonal() == 0;
    H.diagonal().masked_fill_(dead, 1.0);
    const double meanDiagonal = H.diagonal().mean().item<double>();

    double tried = damping;
    for (int step = 0; step <= kDampingSteps; ++step) {
        if (auto factor = attempt(H, dead, tried * meanDiagonal)) {
            return std::move(*factor);
        }
        if (step < kDampingSteps) {
            const double next = tried > 0 ? 10 * tried : kLeastDamping;
            warn("The Hessian of " + linear + " is not positive definite with damping " +
                 shortText(tried) + "; trying " + shortText(next) + ".");
            tried = next;
        }
    }
    warn("The Hessian of " + linear + " is not positive definite with damping " + shortText(tried) +
         "; trying once more in fp64.");
    if (auto factor = attempt(H.to(at::kDouble), dead, tried * meanDiagonal)) {
        return std::move(*factor);
    }
    throw Error(ErrorCode::Numeric,
                "The Hessian of " + linear + " is not positive definite, neither with damping " +
                    shortText(tried) +
                    " nor in fp64; use more calibration windows or a larger damping.");
}

double energy(const Tensor& D, const Tensor& G)
{
    return at::mm(D, G).mul_(D).sum(at::kDouble).item<double>();
}

void Hessian::add(const Tensor& inputs)
{
    const std::int64_t width = inputs.size(1);
    const at::ScalarType type = sumType(inputs.scalar_type(), width, m_precision);
    if (!m_sum.defined()) {
        m_sum = at::zeros({width, width}, inputs.options().dtype(type).requires_grad(false));
    }
    const Tensor X = inputs.to(type); // sums of bf16 inputs never stay in bf16
    for (std::int64_t begin = 0; begin < width; begin += kPanel) {
        const std::int64_t end = std::min(begin + kPanel, width);
        Tensor panel = m_sum.slice(0, 0, end).slice(1, begin, end);
        panel.addmm_(X.slice(1, 0, end).t(), X.slice(1, begin, end));
    }
    m_mirrored = false;
    m_inverse.reset();
}

const Tensor& Hessian::gram() const
{
    if (!m_sum.defined()) {
        throw Error(ErrorCode::Internal, "A Hessian was asked for before any input was seen.");
    }
    if (!m_mirrored) {
        for (std::int64_t begin = kPanel; begin < m_sum.size(0); begin += kPanel) {
            const std::int64_t end = std::min(begin + kPanel, m_sum.size(0));
            m_sum.slice(0, begin, end)
                .slice(1, 0, begin)
                .copy_(m_sum.slice(0, 0, begin).slice(1, begin, end).t());
        }
        m_mirrored = true;
    }
    return m_sum;
}

const InverseFactor& Hessian::inverse(std::int64_t sequences, double damping, std::string_view name,
                                      const std::function<void(const std::string&)>& warn) const
{
    if (!m_inverse) {
        m_inverse =
            inverseFactor(gram() * (2.0 / static_cast<double>(sequences)), damping, name, warn);
    }
    return *m_inverse;
}

} // namespace espalier
