// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/NumberFormat.h"
#include "core/report/ReportTables.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace espalier {

namespace {

constexpr const char* kNotANumber = "×";

std::string numberText(double value, double deviation, const Measure& measure)
{
    const bool noDeviation = !std::isfinite(deviation) || (deviation == 0.0 && measure.exact);
    if (measure.significant > 0 && (noDeviation || deviation == 0.0)) {
        const std::string mean = significantText(value, measure.significant);
        return noDeviation ? mean : mean + "\u00A0± 0";
    }
    return meanText(value, noDeviation ? std::nan("") : deviation, measure.decimals);
}

bool sharesRows(const ReportData& data)
{
    return std::ranges::any_of(data.groups,
                               [](const RunGroup& group) { return group.members.size() > 1; });
}

bool hasSettings(const ReportData& data)
{
    return std::ranges::any_of(data.groups,
                               [](const RunGroup& group) { return !group.settings.empty(); });
}

/// The text of every row that has the number; empty when they differ or are fewer than two.
std::string sameEverywhere(const ReportData& data, const Measure& measure)
{
    std::set<std::string> texts;
    std::set<double> values;
    std::size_t rows = 0;
    for (const RunGroup& group : data.groups) {
        for (const MeasuredRun& run : group.members) {
            if (run.values.contains(measure.series)) {
                values.insert(run.value(measure.series));
            }
        }
        if (const ReportCell cell = cellOf(group, measure); std::isfinite(cell.value)) {
            texts.insert(cell.text);
            ++rows;
        } else if (group.isReference()) {
            return {}; // the unchanged model differs by having none
        }
    }
    return values.size() == 1 && texts.size() == 1 && rows > 1 ? *texts.begin() : std::string();
}

bool isBetter(double value, double other, BetterDirection better)
{
    return better == BetterDirection::Lower ? value < other : value > other;
}

} // namespace

ReportCell textCell(std::string text)
{
    ReportCell cell;
    cell.text = std::move(text);
    return cell;
}

void addGroupColumns(ReportTable& table, const ReportData& data)
{
    table.columns.push_back({"method", "Method", {}, BetterDirection::None, false});
    if (hasSettings(data)) {
        table.columns.push_back({"settings", "Settings", {}, BetterDirection::None, false});
    }
    table.columns.push_back({"runs", "Runs", {}, BetterDirection::None, false});
    if (sharesRows(data)) {
        table.columns.push_back({"seeds", "n", "seeds", BetterDirection::None, true});
    }
}

std::vector<ReportCell> groupCells(const RunGroup& group, const ReportData& data)
{
    std::vector<ReportCell> cells{textCell(group.method)};
    if (hasSettings(data)) {
        cells.push_back(textCell(group.settings));
    }
    cells.push_back(textCell(group.ids()));
    if (sharesRows(data)) {
        cells.push_back(textCell(std::to_string(group.members.size())));
        cells.back().value = static_cast<double>(group.members.size());
    }
    return cells;
}

void noteConstants(ReportTable& table, const ReportData& data, std::vector<Measure>& measures)
{
    std::string note;
    std::erase_if(measures, [&](const Measure& measure) {
        const std::string text = measure.exact ? sameEverywhere(data, measure) : std::string();
        if (!text.empty()) {
            note += (note.empty() ? "The same in every row that has it: " : "; ") +
                    measure.heading + " " + text;
            const bool unit = measure.detail == "MB" || measure.detail == "nat";
            note += unit ? "\u00A0" + measure.detail
                         : (measure.detail.empty() ? "" : " (" + measure.detail + ")");
        }
        return !text.empty();
    });
    if (!note.empty()) {
        table.notes.push_back(note + ".");
    }
}

void addBreaks(ReportTable& table, const ReportData& data)
{
    const auto budgets = data.budgets();
    const auto budgetOf = [&](std::size_t group) {
        const auto found = std::ranges::find_if(budgets, [&](const auto& budget) {
            return std::ranges::find(budget, group) != budget.end();
        });
        return found - budgets.begin();
    };
    for (std::size_t i = 1; i < data.groups.size(); ++i) {
        if (budgetOf(i) != budgetOf(i - 1)) {
            table.breaks.push_back(i);
        }
    }
}

ReportColumn columnOf(const Measure& measure)
{
    return {measure.key, measure.heading, measure.detail, measure.better, true};
}

ReportCell cellOf(const RunGroup& group, const Measure& measure)
{
    ReportCell cell;
    const SampleStatistics sample = group.sample(measure.series);
    if (sample.count == 0) {
        cell.text = group.has(measure.series) ? kNotANumber : kDash;
        cell.absent = group.whyAbsent(measure.series);
        return cell;
    }
    cell.value = sample.mean * measure.scale;
    cell.deviation = sample.deviation * measure.scale;
    cell.text = numberText(cell.value, cell.deviation, measure);
    if (sample.count < group.members.size()) {
        cell.absent = std::to_string(sample.count) + " of " + std::to_string(group.members.size()) +
                      " runs have this number: " + group.ids();
    }
    return cell;
}

std::vector<Measure> measuredOnly(const std::vector<RunGroup>& groups,
                                  std::vector<Measure> measures)
{
    std::erase_if(measures, [&](const Measure& measure) {
        return std::ranges::none_of(
            groups, [&](const RunGroup& group) { return group.has(measure.series); });
    });
    return measures;
}

void markBest(ReportTable& table, const std::vector<std::size_t>& rowGroups, const ReportData& data)
{
    std::map<std::size_t, std::vector<std::size_t>> rowsOf;
    for (std::size_t row = 0; row < rowGroups.size(); ++row) {
        rowsOf[rowGroups[row]].push_back(row);
    }
    bool marked = false;
    for (const std::vector<std::size_t>& budget : data.budgets()) {
        for (std::size_t column = 0; column < table.columns.size(); ++column) {
            const BetterDirection better = table.columns[column].better;
            std::vector<ReportCell*> cells;
            for (const std::size_t group : budget) {
                for (const std::size_t row : rowsOf[group]) {
                    if (std::isfinite(table.rows[row][column].value)) {
                        cells.push_back(&table.rows[row][column]);
                    }
                }
            }
            if (better == BetterDirection::None || cells.size() < 2) {
                continue;
            }
            const auto best =
                std::ranges::min_element(cells, [&](const ReportCell* a, const ReportCell* b) {
                    return isBetter(a->value, b->value, better);
                });
            const auto equals = std::ranges::count_if(
                cells, [&](const ReportCell* cell) { return cell->value == (*best)->value; });
            if (equals == 1) {
                (*best)->best = true;
                marked = true;
            }
        }
    }
    if (marked) {
        const bool patterns = std::ranges::any_of(
            data.groups, [](const RunGroup& group) { return !group.pattern.empty(); });
        std::string size = sizeTitle(data.size);
        size = size.substr(0, size.find(" ("));
        table.notes.push_back(data.size.empty()
                                  ? "Bold: the best."
                                  : std::string("Bold: the best among runs ") +
                                        (patterns ? "of the same pattern " : "") +
                                        "whose size is within 1\u202F% (" + size + ").");
    }
}

void noteAbsences(ReportTable& table)
{
    std::set<std::string> told;
    std::string unmeasured; // runs, told in one note
    std::size_t count = 0;
    for (const std::vector<ReportCell>& row : table.rows) {
        for (std::size_t column = 0; column < row.size(); ++column) {
            const ReportCell& cell = row[column];
            if (cell.absent.empty() || !told.insert(cell.absent).second) {
                continue;
            }
            if (cell.absent.starts_with(kUnmeasured)) {
                unmeasured.append(unmeasured.empty() ? "" : ", ");
                unmeasured.append(cell.absent.substr(kUnmeasured.size()));
                ++count;
                continue;
            }
            std::string note =
                std::isfinite(cell.value) ? table.columns[column].heading : cell.text;
            note.append(": ").append(cell.absent).append(cell.absent.ends_with('.') ? "" : ".");
            table.notes.push_back(std::move(note));
        }
    }
    if (count > 0) {
        std::string note(kDash);
        note.append(": not measured in run").append(count > 1 ? "s " : " ").append(unmeasured);
        table.notes.push_back(note.append("."));
    }
}

} // namespace espalier
