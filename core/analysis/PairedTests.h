// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace espalier {

// Tests of pairs beside the bootstrap of Significance.h. Every p is two-sided. Pairs where one
// value is not finite are left out; lists of different lengths throw InvalidInput.

/// P(|X - n/2| >= |k - n/2|) for X of n fair coins: the exact test of k against n - k. 1 for n = 0.
ESPALIER_API double fairCoinProbability(std::size_t k, std::size_t n);

/// Two answers to the same questions, each right (1) or wrong (0).
struct McNemarResult {
    std::size_t pairs = 0;
    std::size_t bothRight = 0, onlyFirst = 0, onlySecond = 0, bothWrong = 0;
    bool isExact = true;
    double p = 1.0;
};

/// Below this many questions that only one got right the binomial test is made, exactly; from there
/// on the chi-squared one with continuity correction, (|b - c| - 1)^2 / (b + c).
inline constexpr std::size_t kExactMcNemar = 100;

/// Values other than 0 and 1 throw InvalidInput.
ESPALIER_API McNemarResult mcNemar(const std::vector<double>& first,
                                   const std::vector<double>& second);

struct SignTestResult {
    std::size_t pairs = 0; // those that differ; equal values say nothing
    std::size_t firstHigher = 0;
    double p = 1.0;
};

ESPALIER_API SignTestResult signTest(const std::vector<double>& first,
                                     const std::vector<double>& second);

struct PermutationOptions {
    std::size_t draws = 10000; // where there are too many sign patterns to try them all
    std::uint64_t seed = 0;
};

/// Up to this many pairs every one of the 2^n sign patterns is tried.
inline constexpr std::size_t kExactPermutation = 16;

struct PermutationResult {
    std::size_t pairs = 0;
    double mean = 0.0; // of first - second; NaN without pairs
    bool isExact = true;
    double p = 1.0; // with draws: (1 + as extreme) / (1 + draws)
};

/// Of the sign of each difference: without an effect either sign was as likely. With n seeds p
/// cannot fall below 2 / 2^n, so that five seeds never reach 0.05.
ESPALIER_API PermutationResult signPermutationTest(const std::vector<double>& first,
                                                   const std::vector<double>& second,
                                                   const PermutationOptions& options = {});

} // namespace espalier
