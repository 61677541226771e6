// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compress/OutputError.h"

#include "core/compress/Hessian.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

namespace espalier {

namespace {

constexpr std::int64_t kSampledRows = 512;

double ratio(double part, double whole)
{
    if (whole > 0) {
        return part / whole;
    }
    return part > 0 ? std::numeric_limits<double>::quiet_NaN() : 0.0;
}

double squaredNorm(const Tensor& values)
{
    return values.square().sum(at::kDouble).item<double>();
}

} // namespace

InputSample::InputSample(std::int64_t rowsToCome)
    : m_stride(std::max<std::int64_t>(1, (rowsToCome + kSampledRows - 1) / kSampledRows))
{
}

void InputSample::add(const Tensor& X)
{
    const std::int64_t first = (m_stride - m_seen % m_stride) % m_stride;
    if (first < X.size(0)) {
        m_kept.push_back(X.slice(0, first, X.size(0), m_stride).clone());
    }
    m_seen += X.size(0);
}

Tensor InputSample::rows() const
{
    return m_kept.empty() ? Tensor{} : at::cat(m_kept);
}

OutputError outputError(const Tensor& before, const Tensor& after, const Tensor& G,
                        const Tensor& inputs)
{
    at::ScalarType type = before.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    if (G.defined()) {
        type = at::promote_types(type, G.scalar_type());
    }
    const Tensor W = before.to(type);
    const Tensor D = W - after.to(type);
    OutputError error{.output = {}, .weight = ratio(squaredNorm(D), squaredNorm(W))};
    if (G.defined()) {
        error.output = ratio(energy(D, G.to(type)), energy(W, G.to(type)));
    } else if (inputs.defined()) {
        const Tensor X = inputs.to(type);
        error.output = ratio(squaredNorm(at::mm(X, D.t())), squaredNorm(at::mm(X, W.t())));
    }
    return error;
}

double shareOfZeros(const Tensor& values)
{
    const auto zeros = values.numel() - at::count_nonzero(values).item<std::int64_t>();
    return values.numel() == 0 ? 0.0
                               : static_cast<double>(zeros) / static_cast<double>(values.numel());
}

} // namespace espalier
