// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/PairedTests.h"

#include "core/base/Error.h"
#include "core/base/Random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

namespace espalier {

namespace {

/// What a sum of the same numbers in another order may differ by.
constexpr double kRounding = 1e-12;

std::vector<std::pair<double, double>> finitePairs(const std::vector<double>& first,
                                                   const std::vector<double>& second)
{
    if (first.size() != second.size()) {
        throw Error(ErrorCode::InvalidInput,
                    "A paired test needs lists of equal length; these have " +
                        std::to_string(first.size()) + " and " + std::to_string(second.size()) +
                        " values.");
    }
    std::vector<std::pair<double, double>> pairs;
    for (std::size_t i = 0; i < first.size(); ++i) {
        if (std::isfinite(first[i]) && std::isfinite(second[i])) {
            pairs.emplace_back(first[i], second[i]);
        }
    }
    return pairs;
}

/// log of n over k, times 2^-n.
double logCoinMass(double k, double n)
{
    return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) - n * std::log(2.0);
}

bool isRight(double value)
{
    if (value != 0.0 && value != 1.0) {
        throw Error(ErrorCode::InvalidInput, "McNemar's test compares right (1) with wrong (0); " +
                                                 std::to_string(value) + " is neither.");
    }
    return value == 1.0;
}

/// Share of all 2^n sign patterns whose sum is at least as far from zero.
double exactSignShare(const std::vector<double>& sizes, double observed)
{
    const std::size_t patterns = std::size_t{1} << sizes.size();
    std::size_t extreme = 0;
    for (std::size_t pattern = 0; pattern < patterns; ++pattern) {
        double sum = 0.0;
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            sum += ((pattern >> i) & 1U) != 0 ? sizes[i] : -sizes[i];
        }
        extreme += std::abs(sum) >= observed ? 1 : 0;
    }
    return static_cast<double>(extreme) / static_cast<double>(patterns);
}

double drawnSignShare(const std::vector<double>& sizes, double observed,
                      const PermutationOptions& options)
{
    Random random(options.seed);
    std::size_t extreme = 0;
    for (std::size_t draw = 0; draw < options.draws; ++draw) {
        double sum = 0.0;
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            bits = i % 64 == 0 ? random.next() : bits >> 1;
            sum += (bits & 1U) != 0 ? sizes[i] : -sizes[i];
        }
        extreme += std::abs(sum) >= observed ? 1 : 0;
    }
    return static_cast<double>(extreme + 1) / static_cast<double>(options.draws + 1);
}

} // namespace

double fairCoinProbability(std::size_t k, std::size_t n)
{
    if (n == 0) {
        return 1.0;
    }
    const std::size_t fewer = std::min(k, n - k);
    if (2 * fewer == n) {
        return 1.0;
    }
    double tail = 0.0;
    for (std::size_t i = 0; i <= fewer; ++i) {
        tail += std::exp(logCoinMass(static_cast<double>(i), static_cast<double>(n)));
    }
    return std::min(1.0, 2.0 * tail);
}

McNemarResult mcNemar(const std::vector<double>& first, const std::vector<double>& second)
{
    McNemarResult result;
    for (const auto& [a, b] : finitePairs(first, second)) {
        const bool firstRight = isRight(a);
        const bool secondRight = isRight(b);
        ++result.pairs;
        ++(firstRight ? (secondRight ? result.bothRight : result.onlyFirst)
                      : (secondRight ? result.onlySecond : result.bothWrong));
    }
    const std::size_t differing = result.onlyFirst + result.onlySecond;
    result.isExact = differing < kExactMcNemar;
    if (result.isExact) {
        result.p = fairCoinProbability(result.onlyFirst, differing);
        return result;
    }
    const double gap =
        std::abs(static_cast<double>(result.onlyFirst) - static_cast<double>(result.onlySecond));
    const double corrected = std::max(0.0, gap - 1.0);
    const double chiSquared = corrected * corrected / static_cast<double>(differing);
    result.p = std::erfc(std::sqrt(chiSquared / 2.0)); // one degree of freedom
    return result;
}

SignTestResult signTest(const std::vector<double>& first, const std::vector<double>& second)
{
    SignTestResult result;
    for (const auto& [a, b] : finitePairs(first, second)) {
        result.pairs += a != b ? 1 : 0;
        result.firstHigher += a > b ? 1 : 0;
    }
    result.p = fairCoinProbability(result.firstHigher, result.pairs);
    return result;
}

PermutationResult signPermutationTest(const std::vector<double>& first,
                                      const std::vector<double>& second,
                                      const PermutationOptions& options)
{
    PermutationResult result;
    std::vector<double> sizes; // a difference of zero keeps its place in n and moves no sum
    double sum = 0.0;
    for (const auto& [a, b] : finitePairs(first, second)) {
        sizes.push_back(std::abs(a - b));
        sum += a - b;
    }
    result.pairs = sizes.size();
    if (sizes.empty()) {
        result.mean = std::numeric_limits<double>::quiet_NaN();
        return result;
    }
    result.mean = sum / static_cast<double>(sizes.size());
    const double total = std::accumulate(sizes.begin(), sizes.end(), 0.0);
    const double observed = std::abs(sum) - kRounding * total;
    result.isExact = sizes.size() <= kExactPermutation;
    result.p =
        result.isExact ? exactSignShare(sizes, observed) : drawnSignShare(sizes, observed, options);
    return result;
}

} // namespace espalier
