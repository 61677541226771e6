// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/ReportText.h"

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

/// The best of a budget against each of the others; p corrected for how often was asked.
void addVerdicts(std::vector<std::string>& sentences, const ReportData& data,
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
        return;
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
    for (std::size_t i = 0; i < differences.size(); ++i) {
        differences[i].p = adjusted[i];
        sentences.push_back(verdictText(best.label(), data.groups[order[i + 1]].label(),
                                        "perplexity on " + dataset, differences[i], options));
    }
}

} // namespace

std::vector<std::string> findingSentences(const ReportData& data)
{
    std::vector<std::string> sentences;
    for (const std::string& dataset : data.datasets) {
        for (const std::vector<std::size_t>& budget : data.budgets()) {
            addVerdicts(sentences, data, budget, dataset);
        }
    }
    return sentences;
}

} // namespace espalier
