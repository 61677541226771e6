// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/Significance.h"

#include "core/analysis/NumberFormat.h"
#include "core/analysis/StudentT.h"
#include "core/base/Error.h"
#include "core/base/Random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace espalier {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double meanOf(const std::vector<double>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Linear between order statistics; `sorted` is not empty.
double percentile(const std::vector<double>& sorted, double share)
{
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto lower = static_cast<std::size_t>(place);
    const std::size_t upper = std::min(lower + 1, sorted.size() - 1);
    return sorted[lower] + (place - std::floor(place)) * (sorted[upper] - sorted[lower]);
}

std::vector<double> finiteDifferences(const std::vector<double>& a, const std::vector<double>& b)
{
    if (a.size() != b.size()) {
        throw Error(ErrorCode::InvalidInput,
                    "A paired comparison needs lists of equal length; these have " +
                        std::to_string(a.size()) + " and " + std::to_string(b.size()) + " values.");
    }
    std::vector<double> differences;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::isfinite(a[i]) && std::isfinite(b[i])) {
            differences.push_back(a[i] - b[i]);
        }
    }
    return differences;
}

void widenByStudent(PairedDifference& result, const std::vector<double>& differences,
                    double confidence)
{
    const SampleStatistics sample = describeSample(differences, confidence);
    if (sample.count < 2 || sample.deviation == 0.0) {
        return; // one pair, or pairs without noise: nothing to add
    }
    result.low = std::min(result.low, sample.low);
    result.high = std::max(result.high, sample.high);
    const double t = -std::abs(sample.mean) / sample.standardError;
    const auto freedom = static_cast<double>(sample.count - 1);
    result.p = std::max(result.p, 2.0 * studentDistribution(t, freedom));
}

} // namespace

SampleStatistics describeSample(const std::vector<double>& values, double confidence)
{
    std::vector<double> finite;
    std::ranges::copy_if(values, std::back_inserter(finite),
                         [](double value) { return std::isfinite(value); });
    SampleStatistics sample{finite.size(), kNan, kNan, kNan, kNan, kNan};
    if (finite.empty()) {
        return sample;
    }
    sample.mean = meanOf(finite);
    if (finite.size() < 2) {
        return sample;
    }
    double squares = 0.0;
    for (const double value : finite) {
        squares += (value - sample.mean) * (value - sample.mean);
    }
    const auto count = static_cast<double>(finite.size());
    sample.deviation = std::sqrt(squares / (count - 1.0));
    sample.standardError = sample.deviation / std::sqrt(count);
    const double half = studentQuantile(0.5 + confidence / 2, count - 1.0) * sample.standardError;
    sample.low = sample.mean - half;
    sample.high = sample.mean + half;
    return sample;
}

PairedDifference pairedBootstrap(const std::vector<double>& a, const std::vector<double>& b,
                                 const BootstrapOptions& options)
{
    const std::vector<double> differences = finiteDifferences(a, b);
    if (differences.empty() || options.resamples == 0) {
        return {differences.size(), kNan, kNan, kNan, 1.0};
    }
    PairedDifference result{differences.size(), meanOf(differences), 0.0, 0.0, 1.0};
    Random random(options.seed);
    std::vector<double> means(options.resamples);
    std::size_t notAbove = 0;
    std::size_t notBelow = 0;
    for (double& mean : means) {
        double sum = 0.0;
        for (std::size_t i = 0; i < differences.size(); ++i) {
            sum += differences[random.below(differences.size())];
        }
        mean = sum / static_cast<double>(differences.size());
        notAbove += mean <= 0.0 ? 1 : 0;
        notBelow += mean >= 0.0 ? 1 : 0;
    }
    std::ranges::sort(means);
    result.low = percentile(means, (1.0 - options.confidence) / 2);
    result.high = percentile(means, (1.0 + options.confidence) / 2);
    const auto extreme = static_cast<double>(std::min(notAbove, notBelow) + 1);
    result.p = std::min(1.0, 2.0 * extreme / static_cast<double>(options.resamples + 1));
    if (differences.size() < kFewPairs) {
        widenByStudent(result, differences, options.confidence);
    }
    return result;
}

std::vector<double> holmAdjusted(const std::vector<double>& p)
{
    std::vector<std::size_t> order(p.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
    std::vector<double> adjusted(p.size());
    double largest = 0.0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        const auto remaining = static_cast<double>(order.size() - rank);
        largest = std::max(largest, std::min(1.0, remaining * p[order[rank]]));
        adjusted[order[rank]] = largest;
    }
    return adjusted;
}

Verdict verdictOf(const PairedDifference& difference, const VerdictOptions& options)
{
    if (difference.pairs < options.fewestSeeds) {
        return Verdict::TooFewSeeds;
    }
    if (!(difference.p < options.alpha)) {
        return Verdict::Indistinguishable;
    }
    return (difference.mean < 0) == (options.better == Better::Lower) ? Verdict::Beats
                                                                      : Verdict::IsBeaten;
}

std::string verdictText(const std::string& name, const std::string& other,
                        const std::string& metric, const PairedDifference& difference,
                        const VerdictOptions& options)
{
    const Verdict verdict = verdictOf(difference, options);
    const std::string count = std::to_string(difference.pairs);
    if (verdict == Verdict::TooFewSeeds) {
        return name + " against " + other + ": not enough " + options.pairs + " to tell (" + count +
               "; " + std::to_string(options.plannedSeeds) + " planned).";
    }
    const std::string p = options.correction + probabilityText(difference.p);
    const std::string test =
        (difference.pairs < kFewPairs ? "paired bootstrap and t test, " : "paired bootstrap, ") +
        count + " " + options.pairs;
    const double size = std::abs(difference.mean);
    if (verdict == Verdict::Indistinguishable) {
        return name + " is indistinguishable from " + other + ": " + metric + " differs by " +
               fixedText(size, options.decimals) + " (" + p + "; " + test + ").";
    }
    const double low = difference.mean < 0 ? -difference.high : difference.low;
    const double high = difference.mean < 0 ? -difference.low : difference.high;
    const std::string& winner = verdict == Verdict::Beats ? name : other;
    const std::string& loser = verdict == Verdict::Beats ? other : name;
    return winner + " beats " + loser + ": " + metric + " " + fixedText(size, options.decimals) +
           (options.better == Better::Lower ? " lower" : " higher") + " (" + percentText(0.95) +
           " CI " + fixedText(low, options.decimals) + " to " + fixedText(high, options.decimals) +
           ", " + p + "; " + test + ").";
}

} // namespace espalier
