// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/ItemComparison.h"
#include "core/report/ReportText.h"
#include "core/report/RunItems.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace espalier {

namespace {

/// Values of two groups for the seeds both have.
PairedDifference compared(const RunGroup& a, const RunGroup& b, const std::string& series)
{
    std::map<std::uint64_t, double> others;
    for (const MeasuredRun& run : b.members) {
        others[run.record.spec.seed] = run.value(series);
    }
    std::vector<double> left;
    std::vector<double> right;
    for (const MeasuredRun& run : a.members) {
        if (const auto other = others.find(run.record.spec.seed); other != others.end()) {
            left.push_back(run.value(series));
            right.push_back(other->second);
        }
    }
    return pairedBootstrap(left, right);
}

/// The best of a budget against each of the others; p corrected for how often was asked. Returns
/// how many pairs have too few seeds for a verdict.
std::size_t addVerdicts(std::vector<std::string>& sentences, const ReportData& data,
                        const std::vector<std::size_t>& budget, const std::string& dataset)
{
    const std::string series = "eval/" + dataset + "/perplexity";
    std::vector<std::size_t> order;
    std::ranges::copy_if(budget, std::back_inserter(order), [&](std::size_t i) {
        return std::isfinite(data.groups[i].sample(series).mean);
    });
    std::ranges::stable_sort(order, {},
                             [&](std::size_t i) { return data.groups[i].sample(series).mean; });
    if (order.size() < 2) {
        return 0;
    }
    const RunGroup& best = data.groups[order.front()];
    std::vector<PairedDifference> differences;
    std::vector<double> p;
    for (std::size_t i = 1; i < order.size(); ++i) {
        differences.push_back(compared(best, data.groups[order[i]], series));
        p.push_back(differences.back().p);
    }
    const std::vector<double> adjusted = holmAdjusted(p);
    VerdictOptions options;
    options.correction = differences.size() > 1 ? "Holm-adjusted " : "";
    std::size_t undecided = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) {
        differences[i].p = adjusted[i];
        if (verdictOf(differences[i], options) == Verdict::TooFewSeeds) {
            ++undecided;
            continue;
        }
        sentences.push_back(verdictText(best.name, data.groups[order[i + 1]].name,
                                        "perplexity on " + dataset, differences[i], options));
    }
    return undecided;
}

/// The items of a group, averaged over its seeds; empty unless all of them saw the tokens of
/// `fingerprint`, which is filled in by the first.
std::vector<double> itemsOf(const RunGroup& group, const std::string& dataset,
                            std::string& fingerprint)
{
    std::vector<std::vector<double>> runs;
    for (const MeasuredRun& run : group.members) {
        const auto found = run.items.find(itemSeriesName(dataset, "nll"));
        if (found == run.items.end()) {
            continue; // a seed that failed
        }
        const Json data = run.record.provenance.value("data", Json::object());
        const Json entry = data.value(dataset, Json::object());
        const std::string seen = entry.value("fingerprint", std::string());
        fingerprint = fingerprint.empty() ? seen : fingerprint;
        if (seen != fingerprint) {
            return {};
        }
        runs.push_back(found->second);
    }
    return averagedItems(runs);
}

/// The groups of a budget window by window, which tells apart what a few seeds cannot.
void addItemVerdicts(std::vector<std::string>& sentences, const ReportData& data,
                     const std::vector<std::size_t>& budget, const std::string& dataset)
{
    std::vector<ItemScores> scores;
    std::string fingerprint;
    for (const std::size_t i : budget) {
        std::vector<double> items = itemsOf(data.groups[i], dataset, fingerprint);
        const bool fits = scores.empty() || scores.front().values.size() == items.size();
        if (!items.empty() && fits) {
            scores.push_back({data.groups[i].name, std::move(items)});
        }
    }
    const ItemComparison comparison = compareItems(scores, windowMeasure(dataset));
    if (!comparison.sentence.empty()) {
        sentences.push_back(comparison.sentence);
    }
}

std::string undecidedText(std::size_t pairs)
{
    const VerdictOptions options;
    return (pairs == 1 ? std::string("One comparison") : std::to_string(pairs) + " comparisons") +
           " of the best at a size with the others there: too few seeds in common to tell "
           "(fewer than " +
           std::to_string(options.fewestSeeds) + "; " + std::to_string(options.plannedSeeds) +
           " planned).";
}

} // namespace

std::vector<std::string> findingSentences(const ReportData& data)
{
    std::vector<std::string> sentences;
    std::size_t undecided = 0;
    for (const std::string& dataset : data.datasets) {
        for (const std::vector<std::size_t>& budget : data.budgets()) {
            undecided += addVerdicts(sentences, data, budget, dataset);
            addItemVerdicts(sentences, data, budget, dataset);
        }
    }
    if (undecided > 0) {
        sentences.push_back(undecidedText(undecided));
    }
    return sentences;
}

} // namespace espalier
