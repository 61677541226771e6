// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace espalier {

using at::Tensor;

// Divergences of two next-token distributions, one row a token.
//
//   p, q         teacher's and student's probabilities [rows x vocabulary]
//   log p, log q their log-softmax at one temperature T, in fp32 or double
//   M            a mixture of p and q

enum class Divergence {
    ForwardKl = 1,  // KL(p || q)
    ReverseKl,      // KL(q || p)
    JensenShannon,  // beta KL(p || M) + (1 - beta) KL(q || M), M = beta p + (1 - beta) q
    TotalVariation, // 1/2 sum |p - q|
    SkewForwardKl,  // KL(p || M), M = alpha p + (1 - alpha) q
    SkewReverseKl   // KL(q || M), M = (1 - alpha) p + alpha q
};

/// As parameters spell them.
constexpr auto enumNames(Divergence)
{
    return std::to_array<std::pair<Divergence, std::string_view>>({
        {Divergence::ForwardKl, "forward-kl"},
        {Divergence::ReverseKl, "reverse-kl"},
        {Divergence::JensenShannon, "jsd"},
        {Divergence::TotalVariation, "tvd"},
        {Divergence::SkewForwardKl, "skew-forward-kl"},
        {Divergence::SkewReverseKl, "skew-reverse-kl"},
    });
}

/// "forward_kl", "reverse_kl", "jsd", "tvd", "skew_forward_kl", "skew_reverse_kl": as series end
/// in.
ESPALIER_API std::string_view nameOf(Divergence divergence);

struct DivergenceKernel {
    Divergence kind = Divergence::ForwardKl;
    double mixture =
        0.5; // beta of JSD, alpha of the skew divergences; JSD(0) is KL(p||q), JSD(1) KL(q||p)
};

/// One term of a weighted sum of divergences.
struct DivergenceTerm {
    DivergenceKernel kernel = {};
    double weight = 1;
};

enum class Gradients { Wanted = 1, NotWanted };

struct RowLosses {
    Tensor values = {};   // [rows], nat
    Tensor gradient = {}; // [rows x vocabulary]: of each row's own value; undefined when not wanted
};

/// The gradient is with respect to the logits that, divided by nothing, gave log q: multiply it by
/// 1/T for logits that were divided by T. Rows of zero probability add nothing (0 log 0 = 0), so
/// -inf logits are fine.
ESPALIER_API RowLosses divergenceRows(const DivergenceKernel& kernel, const Tensor& logP,
                                      const Tensor& logQ, Gradients gradients);

/// -log q[target] and its gradient with respect to the logits behind log q. `targets` [rows] int64.
ESPALIER_API RowLosses crossEntropyRows(const Tensor& logQ, const Tensor& targets,
                                        Gradients gradients);

/// What a sum over all rows is divided by (white-box-distillation 0.2): never "mean" without a
/// name.
enum class Reduction {
    PerToken = 1, // R_tok: the scored tokens of the whole batch
    PerElement // R_elem: tokens times vocabulary, as some toolkits do; weaker by the vocabulary's
               // size
};

inline auto enumNames(Reduction)
{
    return std::to_array<std::pair<Reduction, std::string_view>>(
        {{Reduction::PerToken, "token"}, {Reduction::PerElement, "element"}});
}

ESPALIER_API double divisorOf(Reduction reduction, std::int64_t tokens, std::int64_t vocabulary);

/// Whether the divergence is multiplied by T^2, which keeps its gradient's size when T changes.
enum class TemperatureScale { Squared = 1, Plain };

/// Quantiles between ranks are interpolated linearly.
struct DivergenceSummary {
    double mean = 0, median = 0, p99 = 0, p999 = 0, maximum = 0;
};

/// All NaN for no values.
ESPALIER_API DivergenceSummary summarise(std::vector<double> values);

} // namespace espalier
