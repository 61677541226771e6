// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/Losses.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace espalier {

namespace {

/// log a - log b where `weight` is not zero, else 0: what stands beside a probability of zero never
/// counts.
Tensor logRatio(const Tensor& logA, const Tensor& logB, const Tensor& weight)
{
    return (logA - logB).masked_fill_(weight == 0, 0);
}

/// Gradient with respect to the student's logits from g = dD/dq: q (g - sum q g).
Tensor throughSoftmax(const Tensor& q, const Tensor& g)
{
    return q * (g - (q * g).sum(-1, /*keepdim=*/true));
}

RowLosses forwardKl(const Tensor& logP, const Tensor& logQ, Gradients gradients)
{
    const Tensor p = logP.exp();
    RowLosses result;
    result.values = logRatio(logP, logQ, p).mul_(p).sum(-1);
    if (gradients == Gradients::Wanted) {
        result.gradient = logQ.exp().sub_(p);
    }
    return result;
}

RowLosses reverseKl(const Tensor& logP, const Tensor& logQ, Gradients gradients)
{
    const Tensor q = logQ.exp();
    const Tensor g = logRatio(logQ, logP, q);
    RowLosses result;
    result.values = (q * g).sum(-1);
    if (gradients == Gradients::Wanted) {
        result.gradient = q * (g - result.values.unsqueeze(-1)); // sum q g is the value itself
    }
    return result;
}

/// log (weight * a + (1 - weight) * b)
Tensor logMixture(const Tensor& logA, const Tensor& logB, double weight)
{
    return at::logaddexp(logA + std::log(weight), logB + std::log1p(-weight));
}

RowLosses jensenShannon(double beta, const Tensor& logP, const Tensor& logQ, Gradients gradients)
{
    const Tensor p = logP.exp();
    const Tensor q = logQ.exp();
    const Tensor logM = logMixture(logP, logQ, beta);
    const Tensor ratio = logRatio(logQ, logM, q);
    RowLosses result;
    result.values =
        beta * logRatio(logP, logM, p).mul_(p).sum(-1) + (1 - beta) * (q * ratio).sum(-1);
    if (gradients == Gradients::Wanted) {
        result.gradient = throughSoftmax(q, (1 - beta) * ratio);
    }
    return result;
}

RowLosses totalVariation(const Tensor& logP, const Tensor& logQ, Gradients gradients)
{
    const Tensor q = logQ.exp();
    const Tensor difference = q - logP.exp();
    RowLosses result;
    result.values = 0.5 * difference.abs().sum(-1);
    if (gradients == Gradients::Wanted) {
        result.gradient = throughSoftmax(q, 0.5 * difference.sign());
    }
    return result;
}

RowLosses skewForwardKl(double alpha, const Tensor& logP, const Tensor& logQ, Gradients gradients)
{
    const Tensor p = logP.exp();
    const Tensor logM = logMixture(logP, logQ, alpha);
    RowLosses result;
    result.values = logRatio(logP, logM, p).mul_(p).sum(-1);
    if (gradients == Gradients::Wanted) {
        const Tensor q = logQ.exp();
        const Tensor share = (p / logM.exp()).masked_fill_(q == 0, 0); // p / M
        result.gradient = throughSoftmax(q, -(1 - alpha) * share);
    }
    return result;
}

RowLosses skewReverseKl(double alpha, const Tensor& logP, const Tensor& logQ, Gradients gradients)
{
    const Tensor q = logQ.exp();
    const Tensor logM = logMixture(logQ, logP, alpha);
    const Tensor ratio = logRatio(logQ, logM, q);
    RowLosses result;
    result.values = (q * ratio).sum(-1);
    if (gradients == Gradients::Wanted) {
        result.gradient =
            throughSoftmax(q, ratio - alpha * ratio.exp()); // q / M = exp of the ratio
    }
    return result;
}

double quantile(const std::vector<double>& sorted, double share)
{
    const double rank = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(rank);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (rank - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

} // namespace

std::string_view nameOf(Divergence divergence)
{
    switch (divergence) {
    case Divergence::ForwardKl:
        return "forward_kl";
    case Divergence::ReverseKl:
        return "reverse_kl";
    case Divergence::JensenShannon:
        return "jsd";
    case Divergence::TotalVariation:
        return "tvd";
    case Divergence::SkewForwardKl:
        return "skew_forward_kl";
    case Divergence::SkewReverseKl:
        return "skew_reverse_kl";
    }
    return "divergence";
}

RowLosses divergenceRows(const DivergenceKernel& kernel, const Tensor& logP, const Tensor& logQ,
                         Gradients gradients)
{
    const bool withoutTeacher = kernel.mixture <= 0; // at its ends a mixture is one of the two
    const bool withoutStudent = kernel.mixture >= 1;
    switch (kernel.kind) {
    case Divergence::ForwardKl:
        break;
    case Divergence::ReverseKl:
        return reverseKl(logP, logQ, gradients);
    case Divergence::JensenShannon:
        if (withoutStudent) {
            return reverseKl(logP, logQ, gradients);
        }
        if (withoutTeacher) {
            break;
        }
        return jensenShannon(kernel.mixture, logP, logQ, gradients);
    case Divergence::TotalVariation:
        return totalVariation(logP, logQ, gradients);
    case Divergence::SkewForwardKl:
        if (withoutTeacher) {
            break;
        }
        return skewForwardKl(kernel.mixture, logP, logQ, gradients);
    case Divergence::SkewReverseKl:
        if (withoutTeacher) {
            return reverseKl(logP, logQ, gradients);
        }
        return skewReverseKl(kernel.mixture, logP, logQ, gradients);
    }
    return forwardKl(logP, logQ, gradients);
}

RowLosses crossEntropyRows(const Tensor& logQ, const Tensor& targets, Gradients gradients)
{
    const Tensor chosen = targets.unsqueeze(-1);
    RowLosses result;
    result.values = -logQ.gather(-1, chosen).squeeze(-1);
    if (gradients == Gradients::Wanted) {
        result.gradient = logQ.exp();
        result.gradient.scatter_add_(-1, chosen, at::full_like(chosen, -1, logQ.options()));
    }
    return result;
}

double divisorOf(Reduction reduction, std::int64_t tokens, std::int64_t vocabulary)
{
    const auto count = static_cast<double>(tokens);
    return reduction == Reduction::PerElement ? count * static_cast<double>(vocabulary) : count;
}

DivergenceSummary summarise(std::vector<double> values)
{
    if (values.empty()) {
        constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
        return {kNone, kNone, kNone, kNone, kNone};
    }
    std::sort(values.begin(), values.end());
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    return {sum / static_cast<double>(values.size()), quantile(values, 0.5), quantile(values, 0.99),
            quantile(values, 0.999), values.back()};
}

} // namespace espalier
