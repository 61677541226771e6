// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/ClassificationMetrics.h"

#include "core/base/Error.h"
#include "core/base/Random.h"
#include "core/eval/Statistics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numeric>

namespace espalier {

namespace {

using Places = std::vector<std::size_t>; // of the items that count, repeated when drawn again

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

void checkLengths(std::size_t gold, std::size_t predicted)
{
    if (gold != predicted || gold == 0) {
        throw Error(
            ErrorCode::InvalidInput,
            "A test set needs as many predictions as gold answers, one at least; these are " +
                std::to_string(predicted) + " and " + std::to_string(gold) + ".");
    }
}

MetricEstimate ofShare(const std::vector<double>& values)
{
    const MeanAndError mean = meanAndError(values);
    return {.value = mean.mean,
            .standardError = mean.standardError,
            .n = static_cast<std::int64_t>(values.size())};
}

/// The figure of all items, and the deviation of the same figure over resamples of them.
MetricEstimate bootstrapped(std::size_t count, const MetricOptions& options,
                            const std::function<double(const Places&)>& figure)
{
    Places places(count);
    std::iota(places.begin(), places.end(), std::size_t{0});
    MetricEstimate estimate{.value = figure(places),
                            .standardError = kNan,
                            .n = static_cast<std::int64_t>(count),
                            .isBootstrapped = true};
    if (count < 2) {
        return estimate;
    }
    Random random(options.seed);
    std::vector<double> drawn;
    for (std::size_t i = 0; i < options.resamples; ++i) {
        for (std::size_t& place : places) {
            place = random.below(count);
        }
        if (const double value = figure(places); std::isfinite(value)) {
            drawn.push_back(value);
        }
    }
    const double share = std::sqrt(static_cast<double>(drawn.size()));
    estimate.standardError = drawn.size() < 2 ? kNan : meanAndError(drawn).standardError * share;
    return estimate;
}

double ratioOrZero(double above, double below)
{
    return below > 0.0 ? above / below : 0.0;
}

struct Counts {
    double both = 0.0, gold = 0.0, predicted = 0.0;

    double f1() const { return ratioOrZero(2.0 * both, gold + predicted); }
};

std::map<std::int64_t, Counts> countsByLabel(const Labels& gold, const Labels& predicted,
                                             const Places& places)
{
    std::map<std::int64_t, Counts> counts;
    for (const std::size_t i : places) {
        ++counts[gold[i]].gold;
        ++counts[predicted[i]].predicted;
        counts[gold[i]].both += gold[i] == predicted[i] ? 1.0 : 0.0;
    }
    return counts;
}

double matthewsOf(const std::map<std::int64_t, Counts>& counts, double items)
{
    double right = 0.0;
    double products = 0.0;
    double goldSquares = 0.0;
    double predictedSquares = 0.0;
    for (const auto& [label, count] : counts) {
        right += count.both;
        products += count.gold * count.predicted;
        goldSquares += count.gold * count.gold;
        predictedSquares += count.predicted * count.predicted;
    }
    const double below =
        std::sqrt(items * items - predictedSquares) * std::sqrt(items * items - goldSquares);
    return ratioOrZero(right * items - products, below);
}

double correlation(const std::vector<double>& x, const std::vector<double>& y, const Places& places)
{
    const auto count = static_cast<double>(places.size());
    double meanX = 0.0;
    double meanY = 0.0;
    for (const std::size_t i : places) {
        meanX += x[i] / count;
        meanY += y[i] / count;
    }
    double xy = 0.0;
    double xx = 0.0;
    double yy = 0.0;
    for (const std::size_t i : places) {
        xy += (x[i] - meanX) * (y[i] - meanY);
        xx += (x[i] - meanX) * (x[i] - meanX);
        yy += (y[i] - meanY) * (y[i] - meanY);
    }
    return xx > 0.0 && yy > 0.0 ? xy / std::sqrt(xx * yy) : kNan;
}

std::vector<double> chosen(const std::vector<double>& values, const Places& places)
{
    std::vector<double> picked;
    picked.reserve(places.size());
    for (const std::size_t i : places) {
        picked.push_back(values[i]);
    }
    return picked;
}

double calibrationErrorOf(const std::vector<double>& confidence, const std::vector<bool>& isRight,
                          std::size_t bins, const Places& places)
{
    std::vector<double> gap(bins, 0.0); // right minus confidence, summed
    for (const std::size_t i : places) {
        const double place = std::ceil(confidence[i] * static_cast<double>(bins)) - 1.0;
        const auto bin = static_cast<std::size_t>(std::max(place, 0.0));
        gap[bin] += (isRight[i] ? 1.0 : 0.0) - confidence[i];
    }
    double sum = 0.0;
    for (const double value : gap) {
        sum += std::abs(value);
    }
    return sum / static_cast<double>(places.size());
}

} // namespace

Json toJson(const MetricEstimate& estimate)
{
    return {{"value", numberToJson(estimate.value)},
            {"stderr", numberToJson(estimate.standardError)},
            {"n", estimate.n},
            {"stderr_kind", estimate.isBootstrapped ? "bootstrap, 1000 resamples" : "analytic"}};
}

MetricEstimate accuracy(const Labels& gold, const Labels& predicted)
{
    checkLengths(gold.size(), predicted.size());
    std::vector<double> right;
    for (std::size_t i = 0; i < gold.size(); ++i) {
        right.push_back(gold[i] == predicted[i] ? 1.0 : 0.0);
    }
    return ofShare(right);
}

MetricEstimate f1(const Labels& gold, const Labels& predicted, std::int64_t positive,
                  const MetricOptions& options)
{
    checkLengths(gold.size(), predicted.size());
    return bootstrapped(gold.size(), options, [&](const Places& places) {
        Counts counts;
        for (const std::size_t i : places) {
            counts.gold += gold[i] == positive ? 1.0 : 0.0;
            counts.predicted += predicted[i] == positive ? 1.0 : 0.0;
            counts.both += gold[i] == positive && predicted[i] == positive ? 1.0 : 0.0;
        }
        return counts.f1();
    });
}

MetricEstimate macroF1(const Labels& gold, const Labels& predicted, const MetricOptions& options)
{
    checkLengths(gold.size(), predicted.size());
    return bootstrapped(gold.size(), options, [&](const Places& places) {
        const auto counts = countsByLabel(gold, predicted, places);
        double sum = 0.0;
        for (const auto& [label, count] : counts) {
            sum += count.f1();
        }
        return sum / static_cast<double>(counts.size());
    });
}

MetricEstimate matthews(const Labels& gold, const Labels& predicted, const MetricOptions& options)
{
    checkLengths(gold.size(), predicted.size());
    return bootstrapped(gold.size(), options, [&](const Places& places) {
        return matthewsOf(countsByLabel(gold, predicted, places),
                          static_cast<double>(places.size()));
    });
}

MetricEstimate pearson(const std::vector<double>& gold, const std::vector<double>& predicted,
                       const MetricOptions& options)
{
    checkLengths(gold.size(), predicted.size());
    return bootstrapped(gold.size(), options,
                        [&](const Places& places) { return correlation(gold, predicted, places); });
}

std::vector<double> averageRanks(const std::vector<double>& values)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
    std::vector<double> ranks(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first + 1;
        while (end < order.size() && values[order[end]] == values[order[first]]) {
            ++end;
        }
        for (std::size_t i = first; i < end; ++i) { // ranks first + 1 to end, averaged
            ranks[order[i]] = (static_cast<double>(first + end) + 1.0) / 2.0;
        }
        first = end;
    }
    return ranks;
}

MetricEstimate spearman(const std::vector<double>& gold, const std::vector<double>& predicted,
                        const MetricOptions& options)
{
    checkLengths(gold.size(), predicted.size());
    Places all(gold.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return bootstrapped(gold.size(), options, [&](const Places& places) {
        return correlation(averageRanks(chosen(gold, places)),
                           averageRanks(chosen(predicted, places)), all);
    });
}

MetricEstimate calibrationError(const std::vector<double>& confidence,
                                const std::vector<bool>& isRight, std::size_t bins,
                                const MetricOptions& options)
{
    checkLengths(isRight.size(), confidence.size());
    for (const double value : confidence) {
        if (!(value >= 0.0 && value <= 1.0)) {
            throw Error(ErrorCode::InvalidInput, "A confidence of " + std::to_string(value) +
                                                     " is no probability from 0 to 1.");
        }
    }
    if (bins == 0) {
        throw Error(ErrorCode::InvalidInput, "A calibration error needs one bin or more.");
    }
    return bootstrapped(confidence.size(), options, [&](const Places& places) {
        return calibrationErrorOf(confidence, isRight, bins, places);
    });
}

} // namespace espalier
