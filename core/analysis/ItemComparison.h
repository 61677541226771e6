// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/ParetoFront.h"
#include "core/base/Export.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

// Comparing runs item by item: the same windows, the same questions. A run keeps the results of
// single items as a series of its own, one step an item, in the order of the data:
//
//   items/<data set>/nll      mean loss of each window, nat per token
//   items/<task>/acc          1 or 0 for each question
//
// Two runs may be compared when the data of both have one fingerprint.

/// "items/wikitext2/nll".
ESPALIER_API std::string itemSeriesName(std::string_view data, std::string_view measure);

/// How values of single items become the number that people compare.
enum class ItemScale {
    Mean = 1,   // the mean itself
    Perplexity, // exp of the mean loss
    Share       // mean of ones and zeros: McNemar's test in place of the bootstrap
};

struct ItemMeasure {
    std::string name = {};  // "perplexity on wikitext2 (scripts)": with its protocol
    std::string items = {}; // "windows", "questions"
    ItemScale scale = ItemScale::Mean;
    Better better = Better::Lower;
    int decimals = 2;
};

/// One run, or several that differ by their seed, with the items averaged over them.
struct ItemScores {
    std::string name = {};
    std::vector<double> values = {}; // in the order of the data; NaN: not measured
};

/// `better` and `worse` are places in the list that was compared, by their scores.
struct ItemVerdict {
    std::size_t better = 0, worse = 0;
    double difference = 0.0; // of the two scores, not negative
    std::size_t pairs = 0;
    double p = 1.0; // two-sided, Holm-adjusted over all pairs
    bool isDecided = false;
};

struct ItemOptions {
    double alpha = 0.05;
    std::size_t resamples = 10000;
    std::uint64_t seed = 0;
};

struct ItemComparison {
    std::vector<std::size_t> order = {}; // places in the list, best score first
    std::vector<double> scores = {};     // of each place
    std::vector<ItemVerdict> verdicts = {};
    std::string sentence = {};
};

/// The best against each of the others; p is Holm-adjusted over all pairs of runs. Percentile
/// bootstrap of the mean difference (10,000 resamples, seeded; below 20 items the t test has a say
/// too, see pairedBootstrap), or for shares McNemar's test. Throws InvalidInput for lists of
/// different lengths.
///
///   "Perplexity on wikitext2 (scripts): A beats B by 0.21, p = 0.004, n = 64; A and C cannot be
///   told apart, p = 0.41, n = 64 (paired bootstrap over windows, Holm-adjusted over all
///   pairs)."
///
/// No sentence for fewer than two.
ESPALIER_API ItemComparison compareItems(const std::vector<ItemScores>& runs,
                                         const ItemMeasure& measure,
                                         const ItemOptions& options = {});

/// Items averaged over runs of one length; empty when there is none or lengths differ.
ESPALIER_API std::vector<double> averagedItems(const std::vector<std::vector<double>>& runs);

} // namespace espalier
