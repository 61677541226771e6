// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/ReportFigures.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

namespace espalier {

namespace {

constexpr std::size_t kPanelsPerFigure = 6, kPanelsOfFewBlocks = 12, kFewBlocks = 12;

struct Place {
    std::int64_t block = -1; // -1: outside of the blocks
    std::string linear = {};

    auto operator<=>(const Place&) const = default;
};

/// "model.layers.3.mlp.up_proj" is the linear "mlp.up_proj" of block 3.
Place placeOf(std::string_view name)
{
    std::size_t start = 0;
    while (start < name.size()) {
        const std::size_t end = std::min(name.find('.', start), name.size());
        std::int64_t block = 0;
        const auto [stop, error] = std::from_chars(name.data() + start, name.data() + end, block);
        if (error == std::errc{} && stop == name.data() + end && end < name.size()) {
            return {block, std::string(name.substr(end + 1))};
        }
        start = end + 1;
    }
    return {-1, std::string(name)};
}

using Values = std::map<Place, double>;

/// Of the group's first run with such rows; its masks and errors are one outcome, not a mean of
/// several.
Values valuesOf(const RunGroup& group, std::string_view prefix)
{
    Values values;
    for (const MeasuredRun& run : group.members) {
        for (auto it = run.values.lower_bound(prefix);
             it != run.values.end() && it->first.starts_with(prefix); ++it) {
            values[placeOf(std::string_view(it->first).substr(prefix.size()))] = it->second;
        }
        if (!values.empty()) {
            break;
        }
    }
    return values;
}

struct Layout {
    std::vector<std::string> rows = {};
    std::vector<std::int64_t> blocks = {};
};

Layout layoutOf(const std::vector<Values>& all)
{
    std::set<std::int64_t> blocks;
    std::set<std::string> rows;
    for (const Values& values : all) {
        for (const auto& [place, value] : values) {
            blocks.insert(place.block);
            rows.insert(place.linear);
        }
    }
    return {{rows.begin(), rows.end()}, {blocks.begin(), blocks.end()}};
}

HeatMapChart::Panel panelOf(const std::string& title, const Values& values, const Layout& layout)
{
    HeatMapChart::Panel panel{title, {}};
    for (const std::string& row : layout.rows) {
        std::vector<std::optional<double>>& cells = panel.values.emplace_back();
        for (const std::int64_t block : layout.blocks) {
            const auto found = values.find({block, row});
            cells.push_back(found == values.end() ? std::nullopt : std::optional(found->second));
        }
    }
    return panel;
}

struct MapKind {
    const char* id;
    const char* prefix;
    const char* caption;
    HeatMapChart style;
};

void addMaps(std::vector<ReportFigure>& figures, const ReportData& data, const MapKind& kind)
{
    std::vector<std::string> titles;
    std::vector<Values> all;
    for (const RunGroup& group : data.groups) {
        if (Values values = valuesOf(group, kind.prefix); !values.empty()) {
            titles.push_back(group.name);
            all.push_back(std::move(values));
        }
    }
    const Layout layout = layoutOf(all);
    const std::size_t most =
        layout.blocks.size() <= kFewBlocks ? kPanelsOfFewBlocks : kPanelsPerFigure;
    for (std::size_t first = 0; first < all.size(); first += most) {
        HeatMapChart chart = kind.style;
        chart.columnTitle = "Block";
        chart.rows = layout.rows;
        for (const std::int64_t block : layout.blocks) {
            chart.columns.push_back(block < 0 ? "none" : std::to_string(block));
        }
        for (std::size_t i = first; i < std::min(first + most, all.size()); ++i) {
            chart.panels.push_back(panelOf(titles[i], all[i], layout));
        }
        const std::string part = all.size() > most ? "-" + std::to_string(first / most + 1) : "";
        figures.push_back({kind.id + part, kind.caption, std::move(chart), kTwoColumns});
    }
}

} // namespace

void addLinearMaps(std::vector<ReportFigure>& figures, const ReportData& data)
{
    HeatMapChart sparsity;
    sparsity.value = {"Sparsity", AxisScale::Linear, 0.0, 1.0};
    addMaps(figures, data,
            {"linear-sparsity", "sparsity/",
             "Sparsity of each linear, 0 to 1, of the first seed. Dash: not touched by the method.",
             sparsity});
    HeatMapChart error;
    error.value = {"Relative output error", AxisScale::Logarithmic, {}, {}};
    error.map = ChartColourMap::Ember;
    addMaps(figures, data,
            {"linear-error", "error/",
             "Relative output error of each linear on the calibration set, of the first seed. "
             "Logarithmic colours; numbers where a cell has room for them, all of them in the CSV.",
             error});
}

} // namespace espalier
