// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/NumberFormat.h"
#include "core/report/ReportWriters.h"

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

constexpr const char* kNotANumber = "×";

std::string field(std::string_view text)
{
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        return std::string(text);
    }
    std::string quoted = "\"";
    for (const char character : text) {
        quoted += character == '"' ? "\"\"" : std::string(1, character);
    }
    return quoted + "\"";
}

std::string line(const std::vector<std::string>& fields)
{
    std::string text;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        text += i == 0 ? "" : ",";
        text += field(fields[i]);
    }
    return text + "\n";
}

/// No spaces but plain ones: spreadsheets and scripts look for those.
std::string plainSpaces(std::string_view text)
{
    std::string result;
    while (!text.empty()) {
        std::size_t length = 1;
        for (const std::string_view space : {"\u202F", "\u00A0"}) {
            length = text.starts_with(space) ? space.size() : length;
        }
        result += length == 1 ? text.front() : ' ';
        text.remove_prefix(length);
    }
    return result;
}

bool hasDeviation(const ReportTable& table, std::size_t column)
{
    return std::ranges::any_of(table.rows, [&](const auto& row) {
        return column < row.size() && std::isfinite(row[column].deviation);
    });
}

std::string optionalNumber(double value)
{
    return std::isfinite(value) ? plainNumber(value) : std::string();
}

std::string numberField(const ReportCell& cell)
{
    return std::isnan(cell.value) ? std::string(cell.text == kNotANumber ? "nan" : "")
                                  : plainNumber(cell.value);
}

/// Rows that begin with the fields of `panel`.
void addPoints(std::string& text, const std::vector<std::string>& panel, const ChartSeries& series,
               const std::vector<ChartPoint>& points, const char* kind)
{
    for (const ChartPoint& point : points) {
        std::vector<std::string> fields = panel;
        fields.insert(fields.end(), {series.name, kind, point.label, plainNumber(point.x),
                                     plainNumber(point.y), optionalNumber(point.spread)});
        text += line(fields);
    }
}

std::string plotRows(const PlotChart& chart, const std::vector<std::string>& panel)
{
    std::string text;
    for (const ChartSeries& series : chart.series) {
        addPoints(text, panel, series, series.raw, "raw");
        addPoints(text, panel, series, series.points, series.raw.empty() ? "value" : "smoothed");
    }
    for (const PlanePoint& corner : chart.front) {
        std::vector<std::string> fields = panel;
        fields.insert(fields.end(),
                      {"front", "corner", "", plainNumber(corner.x), plainNumber(corner.y), ""});
        text += line(fields);
    }
    return text;
}

std::string plotNumbers(const PlotChart& chart)
{
    return line({"series", "kind", "point", chart.x.title, chart.y.title, "std"}) +
           plotRows(chart, {});
}

std::string panelNumbers(const PanelChart& chart)
{
    const std::string x = chart.panels.empty() ? "x" : chart.panels.front().x.title;
    std::string text = line({"panel", "value of", "series", "kind", "point", x, "value", "std"});
    for (const PlotChart& panel : chart.panels) {
        text += plotRows(panel, {panel.heading, panel.y.title});
    }
    return text;
}

std::string barNumbers(const BarChart& chart)
{
    std::string text = line({"category", "series", chart.value.title});
    for (std::size_t i = 0; i < chart.categories.size(); ++i) {
        for (const BarChart::Series& series : chart.series) {
            text += line({chart.categories[i], series.name, optionalNumber(series.values.at(i))});
        }
    }
    return text;
}

std::string mapNumbers(const HeatMapChart& chart)
{
    std::string text = line({"panel", "row", chart.columnTitle, chart.value.title});
    for (const HeatMapChart::Panel& panel : chart.panels) {
        for (std::size_t row = 0; row < panel.values.size(); ++row) {
            for (std::size_t column = 0; column < panel.values[row].size(); ++column) {
                const std::optional<double>& value = panel.values[row][column];
                text += line({panel.title, chart.rows.at(row), chart.columns.at(column),
                              value ? plainNumber(*value) : std::string()});
            }
        }
    }
    return text;
}

} // namespace

std::string csvTable(const ReportTable& table)
{
    std::vector<std::string> header;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const ReportColumn& column = table.columns[i];
        header.push_back(plainSpaces(
            column.detail.empty() ? column.key : column.key + " [" + column.detail + "]"));
        if (hasDeviation(table, i)) {
            header.push_back(column.key + " std");
        }
    }
    std::string text = line(header);
    for (const std::vector<ReportCell>& row : table.rows) {
        std::vector<std::string> fields;
        for (std::size_t i = 0; i < row.size(); ++i) {
            fields.push_back(table.columns[i].numeric ? numberField(row[i])
                                                      : plainSpaces(row[i].text));
            if (hasDeviation(table, i)) {
                fields.push_back(optionalNumber(row[i].deviation));
            }
        }
        text += line(fields);
    }
    return text;
}

std::string csvFigure(const Chart& chart)
{
    if (const auto* plot = std::get_if<PlotChart>(&chart)) {
        return plotNumbers(*plot);
    }
    if (const auto* panels = std::get_if<PanelChart>(&chart)) {
        return panelNumbers(*panels);
    }
    if (const auto* bars = std::get_if<BarChart>(&chart)) {
        return barNumbers(*bars);
    }
    return mapNumbers(std::get<HeatMapChart>(chart));
}

} // namespace espalier
