// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/NumberFormat.h"
#include "core/analysis/Smoothing.h"
#include "core/report/ReportFigures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

namespace espalier {

namespace {

constexpr std::array<std::string_view, 3> kCurves{"train/loss/", "train/kl/", "held_out/"};
constexpr std::size_t kFewestSmoothed = 30; // points
constexpr double kLogarithmicFrom = 5.0;

/// The mean over members by step, with the deviation where there are two or more.
std::vector<ChartPoint> meanCurve(const std::vector<std::vector<MetricPoint>>& members)
{
    std::map<std::int64_t, std::vector<double>> bySteps;
    for (const std::vector<MetricPoint>& points : members) {
        for (const MetricPoint& point : points) {
            bySteps[point.step].push_back(point.value);
        }
    }
    std::vector<ChartPoint> curve;
    for (const auto& [step, values] : bySteps) {
        const SampleStatistics sample = describeSample(values);
        curve.push_back({static_cast<double>(step), sample.mean, sample.deviation});
    }
    return curve;
}

ChartSeries curveOf(const RunGroup& group, const std::vector<std::vector<MetricPoint>>& members,
                    double smoothing)
{
    ChartSeries series{group.label(), group.slot};
    series.points = meanCurve(members);
    if (members.size() == 1 && smoothing > 0.0 && series.points.size() >= kFewestSmoothed) {
        series.raw = series.points;
        std::vector<double> values;
        for (const ChartPoint& point : series.raw) {
            values.push_back(point.y);
        }
        const std::vector<double> averages = smoothed(values, smoothing);
        for (std::size_t i = 0; i < averages.size(); ++i) {
            series.points[i].y = averages[i];
        }
    }
    return series;
}

AxisScale scaleFor(const std::vector<ChartSeries>& series)
{
    double low = HUGE_VAL;
    double high = 0.0;
    for (const ChartSeries& line : series) {
        for (const ChartPoint& point : line.points) {
            if (std::isfinite(point.y)) {
                low = std::min(low, point.y);
                high = std::max(high, point.y);
            }
        }
    }
    return low > 0.0 && low < HUGE_VAL && high / low >= kLogarithmicFrom ? AxisScale::Logarithmic
                                                                         : AxisScale::Linear;
}

std::string captionOf(const PlotChart& chart, const std::string& name, double smoothing)
{
    bool smooth = false;
    bool bands = false;
    for (const ChartSeries& series : chart.series) {
        smooth = smooth || !series.raw.empty();
        bands = bands || std::ranges::any_of(series.points, [](const ChartPoint& point) {
                    return point.spread > 0.0;
                });
    }
    std::string text = "The series " + name + ".";
    text += smooth ? " Thin: as measured; thick: exponential moving average, weight " +
                         plainNumber(smoothing) + ", de-biased."
                   : "";
    text += bands ? " Line: mean over seeds; band: ± 1 standard deviation." : "";
    return text;
}

/// Lines of one method must differ: the palette's slots are handed out again by line.
void spreadSlots(std::vector<ChartSeries>& series)
{
    std::set<std::size_t> used;
    bool repeated = false;
    for (const ChartSeries& line : series) {
        repeated = !used.insert(line.slot).second || repeated;
    }
    std::size_t next = 0;
    for (ChartSeries& line : series) {
        if (repeated && line.slot != kReferenceSlot) {
            line.slot = next++;
        }
    }
}

} // namespace

void addCurves(std::vector<ReportFigure>& figures, const StoreReader& store, const ReportData& data,
               const ReportOptions& options)
{
    for (const std::string_view prefix : kCurves) {
        for (const std::string& rest : namesBetween(data.groups, prefix, {})) {
            const std::string name = std::string(prefix) + rest;
            const auto unit = data.units.find(name);
            const bool hasUnit = unit != data.units.end() && !unit->second.empty();
            PlotChart chart{{"Step"}, {hasUnit ? name + " (" + unit->second + ")" : name}};
            for (const RunGroup& group : data.groups) {
                std::vector<std::vector<MetricPoint>> members;
                for (const MeasuredRun& run : group.members) {
                    if (run.values.contains(name)) {
                        members.push_back(store.series(run.record.id, name));
                    }
                }
                ChartSeries series = curveOf(group, members, options.smoothing);
                if (series.points.size() > 1) {
                    chart.series.push_back(std::move(series));
                }
            }
            if (chart.series.empty()) {
                continue;
            }
            spreadSlots(chart.series);
            chart.y.scale = scaleFor(chart.series);
            ReportFigure figure{
                "curve-" + name, captionOf(chart, name, options.smoothing), {}, kTwoColumns};
            figure.chart = std::move(chart);
            figures.push_back(std::move(figure));
        }
    }
}

} // namespace espalier
