// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/PairedTests.h"
#include "core/eval/ClassificationMetrics.h"
#include "core/eval/Statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier {

namespace {

constexpr double kNormal95 = 1.959963984540054;

MetricEstimate meanOf(const std::vector<double>& values)
{
    if (values.empty()) {
        return {.value = std::numeric_limits<double>::quiet_NaN(),
                .standardError = std::numeric_limits<double>::quiet_NaN()};
    }
    const MeanAndError mean = meanAndError(values);
    return {.value = mean.mean,
            .standardError = mean.standardError,
            .n = static_cast<std::int64_t>(values.size())};
}

void setWilson(WinRate& result)
{
    const auto n = static_cast<double>(result.rate.n);
    if (n == 0.0) {
        return;
    }
    const double z2 = kNormal95 * kNormal95;
    const double share = result.rate.value;
    const double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
    const double half =
        kNormal95 / (1 + z2 / n) * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n));
    result.wilsonLow = std::max(0.0, middle - half);
    result.wilsonHigh = std::min(1.0, middle + half);
}

} // namespace

WinRate winRate(const std::vector<JudgedPair>& pairs)
{
    WinRate result;
    std::vector<double> wins;
    std::vector<double> adjusted;
    std::vector<double> alike;
    for (const JudgedPair& pair : pairs) {
        if (pair.straight == Judgement::Unread || pair.swapped == Judgement::Unread) {
            ++result.unread;
            continue;
        }
        const bool agrees = pair.straight == pair.swapped;
        const Judgement verdict = agrees ? pair.straight : Judgement::Tie;
        result.wins += verdict == Judgement::Win ? 1 : 0;
        result.losses += verdict == Judgement::Loss ? 1 : 0;
        result.ties += verdict == Judgement::Tie ? 1 : 0;
        wins.push_back(verdict == Judgement::Win ? 1.0 : 0.0);
        adjusted.push_back(verdict == Judgement::Win ? 1.0 : verdict == Judgement::Tie ? 0.5 : 0.0);
        alike.push_back(agrees ? 1.0 : 0.0);
    }
    result.rate = meanOf(wins);
    result.adjusted = meanOf(adjusted);
    result.consistency = meanOf(alike).value;
    result.p = fairCoinProbability(static_cast<std::size_t>(result.wins),
                                   static_cast<std::size_t>(result.wins + result.losses));
    setWilson(result);
    return result;
}

} // namespace espalier
