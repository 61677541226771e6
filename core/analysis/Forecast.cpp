// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/Forecast.h"

#include "core/analysis/NumberFormat.h"
#include "core/analysis/Significance.h"
#include "core/analysis/StudentT.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace espalier {

namespace {

constexpr std::size_t kNewest = 64;
constexpr double kConfidence = 0.8;
constexpr double kNarrowest = 0.025; // of the time left, to either side

/// A length in seconds below the first number is rounded to the second one.
constexpr std::array<std::pair<double, double>, 5> kRoundings{{
    {30, 5},
    {120, 15},
    {600, 30},
    {3600, 60},
    {1e300, 300},
}};

double roundingFor(double seconds)
{
    for (const auto& [below, step] : kRoundings) {
        if (seconds < below) {
            return step;
        }
    }
    return kRoundings.back().second;
}

} // namespace

std::optional<SecondsRange> timeLeft(const std::vector<double>& stepSeconds, std::int64_t stepsLeft)
{
    const std::size_t count = std::min(stepSeconds.size(), kNewest);
    const std::vector<double> newest(stepSeconds.end() - static_cast<std::ptrdiff_t>(count),
                                     stepSeconds.end());
    const SampleStatistics steps = describeSample(newest, kConfidence);
    if (steps.count < 2) {
        return {};
    }
    if (stepsLeft <= 0) {
        return SecondsRange{};
    }
    const auto left = static_cast<double>(stepsLeft);
    const double expected = left * steps.mean;
    const double variance = steps.deviation * steps.deviation;
    const double spread =
        std::sqrt(left * variance + left * left * variance / static_cast<double>(steps.count));
    const double t = studentQuantile(0.5 + kConfidence / 2, static_cast<double>(steps.count - 1));
    const double half = std::max(t * spread, kNarrowest * expected);
    // At least a third of what the mean says: a spread wider than the mean is no reason to promise
    // "now".
    return SecondsRange{std::max(expected - half, expected / 3), expected + half};
}

std::string timeLeftText(SecondsRange range)
{
    const double step = roundingFor(range.high);
    const double low = std::floor(range.low / step + 0.5) * step;
    const double high = std::ceil(range.high / step - 1e-9) * step;
    if (high <= 0.0) {
        return "done";
    }
    if (low <= 0.0) {
        return "less than " + durationText(high) + " left";
    }
    if (low == high) {
        return "about " + durationText(high) + " left";
    }
    return durationText(low) + " to " + durationText(high) + " left";
}

} // namespace espalier
