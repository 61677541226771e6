// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/ItemComparison.h"

#include "core/analysis/NumberFormat.h"
#include "core/analysis/PairedTests.h"
#include "core/analysis/Significance.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <numeric>

namespace espalier {

namespace {

double scoreOf(const std::vector<double>& values, ItemScale scale)
{
    const double mean = describeSample(values).mean;
    return scale == ItemScale::Perplexity ? std::exp(mean) : mean;
}

double probabilityOf(const std::vector<double>& a, const std::vector<double>& b,
                     const ItemMeasure& measure, const ItemOptions& options)
{
    if (measure.scale == ItemScale::Share) {
        return mcNemar(a, b).p;
    }
    return pairedBootstrap(a, b, {.resamples = options.resamples, .seed = options.seed}).p;
}

std::size_t commonItems(const std::vector<double>& a, const std::vector<double>& b)
{
    std::size_t count = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        count += std::isfinite(a[i]) && std::isfinite(b[i]) ? 1 : 0;
    }
    return count;
}

std::string testWords(const ItemMeasure& measure, std::size_t comparisons)
{
    std::string words = measure.scale == ItemScale::Share ? "McNemar's test" : "paired bootstrap";
    words += " over " + measure.items;
    return words + (comparisons > 1 ? ", Holm-adjusted over all pairs" : "");
}

std::string verdictWords(const ItemVerdict& verdict, const std::vector<ItemScores>& runs,
                         const ItemMeasure& measure)
{
    const std::string& better = runs[verdict.better].name;
    const std::string& worse = runs[verdict.worse].name;
    const std::string start =
        verdict.isDecided
            ? better + " beats " + worse + " by " + fixedText(verdict.difference, measure.decimals)
            : better + " and " + worse + " cannot be told apart";
    return start + ", " + probabilityText(verdict.p) + ", n = " + std::to_string(verdict.pairs);
}

std::string sentenceOf(const ItemComparison& comparison, const std::vector<ItemScores>& runs,
                       const ItemMeasure& measure)
{
    std::string sentence = measure.name + ": ";
    sentence[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(sentence[0])));
    for (std::size_t i = 0; i < comparison.verdicts.size(); ++i) {
        sentence += (i == 0 ? "" : "; ") + verdictWords(comparison.verdicts[i], runs, measure);
    }
    return sentence + " (" + testWords(measure, comparison.verdicts.size()) + ").";
}

} // namespace

std::string itemSeriesName(std::string_view data, std::string_view measure)
{
    return "items/" + std::string(data) + "/" + std::string(measure);
}

ItemComparison compareItems(const std::vector<ItemScores>& runs, const ItemMeasure& measure,
                            const ItemOptions& options)
{
    ItemComparison comparison;
    for (const ItemScores& run : runs) {
        comparison.scores.push_back(scoreOf(run.values, measure.scale));
    }
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (std::isfinite(comparison.scores[i])) {
            comparison.order.push_back(i);
        }
    }
    const double sign = measure.better == Better::Lower ? 1.0 : -1.0;
    std::ranges::stable_sort(comparison.order, {},
                             [&](std::size_t i) { return sign * comparison.scores[i]; });
    if (comparison.order.size() < 2) {
        return comparison;
    }
    // The family is every pair, though only those with the best are told: which run is the best was
    // read from the same items.
    std::vector<double> p;
    for (std::size_t i = 0; i < comparison.order.size(); ++i) {
        for (std::size_t j = i + 1; j < comparison.order.size(); ++j) {
            const std::size_t better = comparison.order[i];
            const std::size_t worse = comparison.order[j];
            p.push_back(probabilityOf(runs[better].values, runs[worse].values, measure, options));
        }
    }
    const std::vector<double> adjusted = holmAdjusted(p);
    const std::size_t best = comparison.order.front();
    for (std::size_t i = 0; i + 1 < comparison.order.size();
         ++i) { // the first pairs are the best's
        const std::size_t other = comparison.order[i + 1];
        comparison.verdicts.push_back(
            {.better = best,
             .worse = other,
             .difference = std::abs(comparison.scores[best] - comparison.scores[other]),
             .pairs = commonItems(runs[best].values, runs[other].values),
             .p = adjusted[i],
             .isDecided = adjusted[i] < options.alpha});
    }
    comparison.sentence = sentenceOf(comparison, runs, measure);
    return comparison;
}

std::vector<double> averagedItems(const std::vector<std::vector<double>>& runs)
{
    if (runs.empty()) {
        return {};
    }
    std::vector<double> mean(runs.front().size(), 0.0);
    for (const std::vector<double>& run : runs) {
        if (run.size() != mean.size()) {
            return {};
        }
        for (std::size_t i = 0; i < run.size(); ++i) {
            mean[i] += run[i] / static_cast<double>(runs.size());
        }
    }
    return mean;
}

} // namespace espalier
