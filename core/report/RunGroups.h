// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/Significance.h"
#include "core/report/ReportBuilder.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace espalier {

/// A run and the newest value of each of its series.
struct MeasuredRun {
    RunRecord record = {};
    std::map<std::string, double, std::less<>> values = {};
    std::map<std::string, std::vector<double>, std::less<>> items = {}; // series under items/

    /// NaN when the run has none.
    double value(std::string_view series) const;
};

/// Before the id, where a finished run lacks a number.
inline constexpr std::string_view kUnmeasured = "not measured in run ";

/// Runs that differ by their seed only.
struct RunGroup {
    std::vector<MeasuredRun> members = {};
    std::string method = {};   // as shown
    std::string settings = {}; // what sets it apart from other groups: "sparsity 0.5, pattern 2:4"
    std::string name = {};     // in figures and sentences: "Wanda 50 %"
    std::string family = {};   // groups of one line in a plot, any sparsity: "Wanda", "Wanda 2:4"
    std::string pattern = {};  // of its zeros, "2:4", also where they came with the model; or empty
    std::size_t slot = 0;      // of the palette, by family

    bool isReference() const { return slot == kChartReferenceSlot; }

    std::vector<double> all(std::string_view series) const;
    SampleStatistics sample(std::string_view series) const;
    bool has(std::string_view series) const;
    /// Why a number is missing: "run 0052 failed: ...", "not measured in run 0052".
    std::string whyAbsent(std::string_view series) const;
    std::string ids() const; // "0041 to 0045", "0041, 0043"
};

struct ReportData {
    std::vector<RunGroup> groups = {};
    std::vector<std::string> datasets = {};         // names in eval/<name>/...
    std::string size = {};                          // the series that stands for size; may be empty
    std::map<std::string, std::string> units = {};  // of series
    std::map<std::string, std::string> common = {}; // settings that are the same everywhere
    std::map<std::string, std::string> folders = {}; // of models, by the name shown for them

    /// Groups of one pattern and about the same size, one per cent apart at most; all groups when
    /// sizes are unknown.
    std::vector<std::vector<std::size_t>> budgets() const;
};

/// Share of zeros in the linears of the blocks.
inline constexpr const char* kSparsitySeries = "derived/sparsity";
/// Summed over stages, and the largest of them.
inline constexpr const char* kSecondsSeries = "derived/seconds";
inline constexpr const char* kPeakRssSeries = "derived/peak_rss_bytes";

ReportData gatherRuns(const StoreReader& store, const std::vector<RunId>& runs,
                      const ReportOptions& options);

/// Fills method, settings, name, family, pattern and slot of each group, and what they share.
void nameGroups(ReportData& data, const StoreReader& store, const ReportOptions& options);

/// Series that may stand for size, from the most telling to the least.
std::vector<std::string> sizeSeries();

/// What a size series is called on an axis or in a table.
std::string sizeTitle(std::string_view series);

/// Names in `values` between `prefix` and `suffix`.
std::vector<std::string> namesBetween(const std::vector<RunGroup>& groups, std::string_view prefix,
                                      std::string_view suffix);

} // namespace espalier
