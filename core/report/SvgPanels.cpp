// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/SvgFrame.h"

#include <algorithm>

namespace espalier {

namespace {

constexpr std::size_t kMostAcross = 3;

/// Two or four panels make rows of two.
std::size_t acrossOf(std::size_t panels)
{
    return panels == 4 ? 2 : std::clamp<std::size_t>(panels, 1, kMostAcross);
}

std::vector<LegendEntry> entriesOf(const PanelChart& chart)
{
    std::vector<LegendEntry> entries;
    for (const PlotChart& panel : chart.panels) {
        for (const ChartSeries& series : panel.series) {
            if (std::ranges::find(entries, series.name, &LegendEntry::name) == entries.end()) {
                entries.push_back({series.name, series.slot});
            }
        }
    }
    return entries;
}

} // namespace

std::string panelSvg(const PanelChart& chart, std::string_view title, const ChartSize& size)
{
    const std::size_t across = acrossOf(chart.panels.size());
    const std::size_t rows = (chart.panels.size() + across - 1) / across;
    const double width = size.widthInches * kPointsPerInch;
    ChartSize panel = size;
    panel.widthInches = size.widthInches / static_cast<double>(across);
    const double height = size.heightInches * kPointsPerInch;
    const std::vector<LegendEntry> entries = entriesOf(chart);
    const LegendSwatch swatch =
        !chart.panels.empty() && chart.panels.front().look == SeriesLook::Lines
            ? LegendSwatch::Line
            : LegendSwatch::MarkedLine;
    const SvgFrame area{2, 2, width - 2, 0};
    const double top = drawLegend(nullptr, entries, swatch, area, size.points);
    SvgCanvas canvas(width, top + height * static_cast<double>(rows), fontsOf(size.type), title);
    drawLegend(&canvas, entries, swatch, area, size.points);
    for (std::size_t i = 0; i < chart.panels.size(); ++i) {
        const auto column = static_cast<double>(i % across);
        const auto row = static_cast<double>(i / across);
        canvas.place(panelCanvas(chart.panels[i], panel),
                     {column * panel.widthInches * kPointsPerInch, top + row * height});
    }
    return canvas.finished();
}

} // namespace espalier
