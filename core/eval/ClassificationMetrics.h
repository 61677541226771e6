// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace espalier {

/// A figure of a test set with its standard error. Shares have the analytic one (sample deviation
/// over sqrt n); all other figures that of a bootstrap over the items, 1000 resamples of a fixed
/// seed. NaN below two items, or where no resample has the figure.
struct MetricEstimate {
    double value = 0.0;
    double standardError = 0.0;
    std::int64_t n = 0;
    bool isBootstrapped = false;
};

/// "value", "stderr", "n", "stderr_kind": "analytic" or "bootstrap, 1000 resamples".
ESPALIER_API Json toJson(const MetricEstimate& estimate);

struct MetricOptions {
    std::size_t resamples = 1000;
    std::uint64_t seed = 0;
};

using Labels = std::vector<std::int64_t>;

// Lists of different lengths, and empty ones, throw InvalidInput.

ESPALIER_API MetricEstimate accuracy(const Labels& gold, const Labels& predicted);

/// 2 tp / (2 tp + fp + fn) of the label `positive`; 0 where that is 0 / 0.
ESPALIER_API MetricEstimate f1(const Labels& gold, const Labels& predicted,
                               std::int64_t positive = 1, const MetricOptions& options = {});

/// Mean of the F1 of every label that is gold or predicted anywhere.
ESPALIER_API MetricEstimate macroF1(const Labels& gold, const Labels& predicted,
                                    const MetricOptions& options = {});

/// Matthews' coefficient, for more than two labels as Gorodkin's R_K; 0 where it is 0 / 0.
ESPALIER_API MetricEstimate matthews(const Labels& gold, const Labels& predicted,
                                     const MetricOptions& options = {});

/// Product-moment correlation; NaN where one side is constant.
ESPALIER_API MetricEstimate pearson(const std::vector<double>& gold,
                                    const std::vector<double>& predicted,
                                    const MetricOptions& options = {});

/// Correlation of ranks; equal values have the mean of their ranks.
ESPALIER_API MetricEstimate spearman(const std::vector<double>& gold,
                                     const std::vector<double>& predicted,
                                     const MetricOptions& options = {});

/// Ranks from 1, ties by their mean.
ESPALIER_API std::vector<double> averageRanks(const std::vector<double>& values);

/// Expected calibration error: over `bins` equal parts of (0, 1] of the confidence in the answer
/// given, the mean distance of accuracy and confidence, each bin by its share of the items.
/// `confidence` outside [0, 1] throws InvalidInput.
ESPALIER_API MetricEstimate calibrationError(const std::vector<double>& confidence,
                                             const std::vector<bool>& isRight,
                                             std::size_t bins = 15,
                                             const MetricOptions& options = {});

enum class Judgement { Win = 1, Loss, Tie, Unread };

/// One pair of answers judged in both orders; Win: the first model's, in either order.
struct JudgedPair {
    Judgement straight = Judgement::Unread, swapped = Judgement::Unread;
};

struct WinRate {
    std::int64_t wins = 0, losses = 0, ties = 0, unread = 0;
    MetricEstimate rate = {};                 // wins / (wins + losses + ties)
    MetricEstimate adjusted = {};             // a tie counts half
    double wilsonLow = 0.0, wilsonHigh = 1.0; // 95 % of `rate`
    double consistency = 0.0;                 // share with one verdict in both orders
    double p = 1.0;                           // two-sided sign test, wins against losses
};

/// The same winner in both orders is a win or loss, anything else a tie; a pair with an unread
/// verdict counts nowhere.
ESPALIER_API WinRate winRate(const std::vector<JudgedPair>& pairs);

} // namespace espalier
