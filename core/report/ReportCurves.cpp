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

/// Series under one prefix share a figure, one panel each.
struct Family {
    const char* id;
    const char* prefix;
    const char* words;
};

constexpr std::array<Family, 3> kFamilies{{
    {"curves-loss", "train/loss/", "Training loss by step, in total and by term"},
    {"curves-divergence", "train/kl/",
     "KL(teacher‖student) over the tokens of each training step: mean and percentiles"},
    {"curves-held-out", "held_out/", "Loss and KL(teacher‖student) on held-out windows by step"},
}};

/// Percentiles from the lowest, then what no rank names.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kParts{{
    {"total", "Total"},
    {"ce", "Cross-entropy"},
    {"mean", "Mean"},
    {"median", "Median"},
    {"p90", "90\u202F%"},
    {"p95", "95\u202F%"},
    {"p99", "99\u202F%"},
    {"p999", "99.9\u202F%"},
    {"maximum", "Maximum"},
}};
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
    ChartSeries series{group.name, group.slot};
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

/// "kl/p99" as "KL 99 %".
std::string headingOf(const std::string& rest)
{
    const std::size_t slash = rest.rfind('/');
    std::string name = rest.substr(slash == std::string::npos ? 0 : slash + 1);
    const auto part =
        std::ranges::find(kParts, name, [](const auto& entry) { return entry.first; });
    if (part != kParts.end()) {
        name = part->second;
    } else if (name.ends_with("_kl")) {
        name = name.substr(0, name.size() - 3) + " KL";
    }
    std::ranges::replace(name, '_', ' ');
    std::string group = slash == std::string::npos ? std::string() : rest.substr(0, slash);
    group = group == "kl" ? "KL" : group;
    std::string heading = group.empty() ? name : group + ", " + name;
    if (heading.front() >= 'a' && heading.front() <= 'z') {
        heading.front() = static_cast<char>(heading.front() - 'a' + 'A');
    }
    return heading;
}

/// Total before its terms, low percentiles before high ones.
std::size_t rankOf(const std::string& rest)
{
    const std::string name = rest.substr(rest.rfind('/') + 1);
    const auto part =
        std::ranges::find(kParts, name, [](const auto& entry) { return entry.first; });
    const std::size_t group = rest.starts_with("kl/") ? 100 : 0;
    return group + static_cast<std::size_t>(part - kParts.begin());
}

std::string captionOf(const PanelChart& chart, const char* words, double smoothing)
{
    bool smooth = false;
    bool bands = false;
    for (const PlotChart& panel : chart.panels) {
        for (const ChartSeries& series : panel.series) {
            smooth = smooth || !series.raw.empty();
            bands = bands || std::ranges::any_of(series.points, [](const ChartPoint& point) {
                        return point.spread > 0.0;
                    });
        }
    }
    std::string text = std::string(words) + ".";
    text += smooth ? " Thin: as measured; thick: exponential moving average, weight " +
                         plainNumber(smoothing) + ", de-biased."
                   : "";
    text += bands ? " Line: mean over seeds; band: ± 1 standard deviation." : "";
    return text;
}

/// Lines of one family must differ: the palette's slots are handed out again by line.
void spreadSlots(std::vector<ChartSeries>& series)
{
    std::set<std::size_t> used;
    bool repeated = false;
    for (const ChartSeries& line : series) {
        repeated = !used.insert(line.slot).second || repeated;
    }
    std::size_t next = 0;
    for (ChartSeries& line : series) {
        if (repeated && line.slot != kChartReferenceSlot) {
            line.slot = next++;
            next += next == kChartReferenceSlot ? 1 : 0;
        }
    }
}

PlotChart plotOf(const StoreReader& store, const ReportData& data, const std::string& name,
                 double smoothing)
{
    PlotChart chart{{"Step"}, {}};
    for (const RunGroup& group : data.groups) {
        std::vector<std::vector<MetricPoint>> members;
        for (const MeasuredRun& run : group.members) {
            if (run.values.contains(name)) {
                members.push_back(store.series(run.record.id, name));
            }
        }
        ChartSeries series = curveOf(group, members, smoothing);
        if (series.points.size() > 1) {
            chart.series.push_back(std::move(series));
        }
    }
    spreadSlots(chart.series);
    chart.y.scale = scaleFor(chart.series);
    const auto unit = data.units.find(name);
    const bool hasUnit = unit != data.units.end() && !unit->second.empty();
    chart.y.title = hasUnit ? unit->second : name;
    return chart;
}

} // namespace

void addCurves(std::vector<ReportFigure>& figures, const StoreReader& store, const ReportData& data,
               const ReportOptions& options)
{
    for (const Family& family : kFamilies) {
        std::vector<std::string> names = namesBetween(data.groups, family.prefix, {});
        std::ranges::stable_sort(names, {}, rankOf);
        PanelChart chart;
        for (const std::string& rest : names) {
            PlotChart plot = plotOf(store, data, family.prefix + rest, options.smoothing);
            if (!plot.series.empty()) {
                plot.heading = headingOf(rest);
                chart.panels.push_back(std::move(plot));
            }
        }
        if (!chart.panels.empty()) {
            ReportFigure figure{
                family.id, captionOf(chart, family.words, options.smoothing), {}, kPanels};
            figure.size = chart.panels.size() == 1 ? kTwoColumns : kPanels;
            figure.chart = std::move(chart);
            figures.push_back(std::move(figure));
        }
    }
}

} // namespace espalier
