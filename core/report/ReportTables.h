// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/RunGroups.h"

#include <string>
#include <vector>

namespace espalier {

/// A column of numbers read from one series.
struct Measure {
    std::string key = {}, heading = {}, detail = {};
    std::string series = {};
    BetterDirection better = BetterDirection::None;
    double scale = 1.0; // 1e-6 for MB
    int decimals = 2;
    int significant = 0; // instead of decimals, where the size varies
    bool exact = false;  // counts and sizes: no "± 0"
};

/// The first columns of a table about groups: method, settings, runs, and how many where several
/// share a row.
void addGroupColumns(ReportTable& table, const ReportData& data);
std::vector<ReportCell> groupCells(const RunGroup& group, const ReportData& data);

ReportColumn columnOf(const Measure& measure);
ReportCell cellOf(const RunGroup& group, const Measure& measure);
ReportCell textCell(std::string text);

/// Measures at least one group has.
std::vector<Measure> measuredOnly(const std::vector<RunGroup>& groups,
                                  std::vector<Measure> measures);

/// Takes counts and sizes that are the same in every row out of `measures` into a note.
void noteConstants(ReportTable& table, const ReportData& data, std::vector<Measure>& measures);

/// A new part of the table where the budget changes.
void addBreaks(ReportTable& table, const ReportData& data);

/// Bold for the best of each budget that has a choice; `rowGroups` names each row's group.
void markBest(ReportTable& table, const std::vector<std::size_t>& rowGroups,
              const ReportData& data);

/// One note for each reason a cell of the table is empty.
void noteAbsences(ReportTable& table);

/// Results, perplexity, divergence, footprint, speed, stages and runs: those that have anything to
/// show.
std::vector<ReportTable> reportTables(const ReportData& data);

} // namespace espalier
