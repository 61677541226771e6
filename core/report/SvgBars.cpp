// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/SvgFrame.h"

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

std::vector<double> totalsOf(const BarChart& chart)
{
    std::vector<double> totals(chart.categories.size(), 0.0);
    for (const BarChart::Series& series : chart.series) {
        for (std::size_t i = 0; i < std::min(totals.size(), series.values.size()); ++i) {
            totals[i] += std::isfinite(series.values[i]) ? series.values[i] : 0.0;
        }
    }
    return totals;
}

void drawBar(SvgCanvas& canvas, const BarChart& chart, std::size_t category,
             const ChartScale& scale, PlanePoint corner, double height)
{
    const Stroke edge{ink::kPaper, 0.5};
    double sum = 0.0;
    for (const BarChart::Series& series : chart.series) {
        const double value = category < series.values.size() ? series.values[category] : 0.0;
        if (std::isfinite(value) && value > 0.0) {
            const double from = scale.at(sum);
            sum += value;
            canvas.rectangle({from, corner.y}, {scale.at(sum) - from, height},
                             seriesStyle(series.slot).colour, &edge);
        }
    }
}

} // namespace

std::string barSvg(const BarChart& chart, std::string_view title, const ChartSize& size)
{
    const double em = size.points;
    const double row = 1.7 * em;
    const double width = size.widthInches * kPointsPerInch;
    std::vector<LegendEntry> entries;
    for (const BarChart::Series& series : chart.series) {
        entries.push_back({series.name, series.slot});
    }
    SvgFrame frame{0, 0, width - em, 0};
    for (const std::string& category : chart.categories) {
        frame.left = std::max(frame.left, textWidth(category, em) + 2 * kGap);
    }
    frame.left = std::min(frame.left, 0.55 * width);
    const SvgFrame legend{2, 2, width - 2, 0};
    frame.top =
        0.5 * em +
        (entries.size() > 1 ? drawLegend(nullptr, entries, LegendSwatch::Block, legend, em) : 0.0);
    frame.bottom =
        frame.top + row * static_cast<double>(std::max<std::size_t>(chart.categories.size(), 1));
    SvgCanvas canvas(width, frame.bottom + kTickLength + 2.5 * em, fontsOf(size.type), title);
    ChartAxis axis = chart.value;
    axis.scale = AxisScale::Linear; // a bar's length means something only from zero
    axis.min = 0.0;
    ChartScale scale(axis, totalsOf(chart));
    scale.place(frame.left, frame.right);
    drawXAxis(canvas, frame, scale, scale.ticks(tickCount(frame.right - frame.left, 4.5 * em)),
              chart.value.title, em);
    if (entries.size() > 1) {
        drawLegend(&canvas, entries, LegendSwatch::Block, legend, em);
    }
    for (std::size_t i = 0; i < chart.categories.size(); ++i) {
        const double top = frame.top + row * static_cast<double>(i);
        canvas.text({frame.left - kGap, top + row / 2 + 0.33 * em}, chart.categories[i],
                    {em, TextAnchor::End});
        drawBar(canvas, chart, i, scale, {frame.left, top + 0.15 * row}, 0.7 * row);
    }
    canvas.line({frame.left, frame.top}, {frame.left, frame.bottom}, {ink::kAxis, 0.6});
    return canvas.finished();
}

} // namespace espalier
