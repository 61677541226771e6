// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/ReportFigures.h"

#include "core/analysis/NumberFormat.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace espalier {

namespace {

constexpr double kMega = 1e-6;
constexpr double kLogarithmicFrom = 5.0; // ratio of largest to smallest

AxisScale scaleFor(const std::vector<double>& values)
{
    const auto [low, high] = std::ranges::minmax_element(values);
    return !values.empty() && *low > 0.0 && *high / *low >= kLogarithmicFrom
               ? AxisScale::Logarithmic
               : AxisScale::Linear;
}

std::string whiskersText(const std::vector<RunGroup>& groups)
{
    std::size_t most = 1;
    for (const RunGroup& group : groups) {
        most = std::max(most, group.members.size());
    }
    return most < 2 ? std::string(" One seed each, so no whiskers.")
                    : std::string(" Whiskers: ± 1 standard deviation over up to ")
                          .append(std::to_string(most))
                          .append(" seeds.");
}

/// A plot and what its front encloses, in words.
struct TradeOff {
    PlotChart plot = {};
    std::string hypervolume = {};
};

TradeOff tradeOff(const ReportData& data, const std::string& series, const std::string& axis)
{
    const double scale = data.size == "footprint/parameters" ? 1.0 : kMega;
    std::vector<PlanePoint> points;
    std::vector<double> heights;
    for (const RunGroup& group : data.groups) {
        points.push_back({group.sample(data.size).mean * scale, group.sample(series).mean});
        if (std::isfinite(points.back().x) && std::isfinite(points.back().y)) {
            heights.push_back(points.back().y);
        }
    }
    const std::vector<std::size_t> front = paretoFront(points);
    PlotChart chart{{sizeTitle(data.size)}, {axis, scaleFor(heights)}, SeriesLook::MarkedLines};
    chart.front = paretoStaircase(points);
    for (std::size_t i = 0; i < data.groups.size(); ++i) {
        const RunGroup& group = data.groups[i];
        if (!std::isfinite(points[i].x) || !std::isfinite(points[i].y)) {
            continue;
        }
        auto place = std::ranges::find(chart.series, group.family, &ChartSeries::name);
        if (place == chart.series.end()) {
            place = chart.series.insert(place, {group.family, group.slot});
        }
        const bool beaten = std::ranges::find(front, i) == front.end();
        place->points.push_back(
            {points[i].x, points[i].y, group.sample(series).deviation, beaten, group.name});
    }
    for (ChartSeries& line : chart.series) {
        std::ranges::stable_sort(line.points, {}, &ChartPoint::x);
    }
    const PlanePoint corner = worstCorner(points);
    return {std::move(chart), significantText(hypervolume(points, corner), 3) + " (" +
                                  significantText(corner.x, 4) + ", " +
                                  significantText(corner.y, 4) + ")"};
}

std::size_t pointsOf(const PlotChart& plot)
{
    std::size_t count = 0;
    for (const ChartSeries& series : plot.series) {
        count += series.points.size();
    }
    return count;
}

} // namespace

void addTradeOffs(std::vector<ReportFigure>& figures, const ReportData& data)
{
    struct Kind {
        const char* series;
        const char* title;
        const char* unit;
    };

    static constexpr std::array<Kind, 2> kKinds{{
        {"/perplexity", "Perplexity", ""},
        {"/divergence/mean_kld", "Mean KLD", " (nat per token)"},
    }};
    for (const std::string& dataset : data.datasets) {
        PanelChart chart;
        std::string volumes;
        for (const Kind& kind : kKinds) {
            if (data.size.empty()) {
                continue;
            }
            TradeOff part = tradeOff(data, "eval/" + dataset + kind.series,
                                     std::string(kind.title) + kind.unit);
            if (pointsOf(part.plot) > 1) {
                volumes += (volumes.empty() ? "" : ", ") + std::string(kind.title) + " " +
                           part.hypervolume;
                part.plot.heading = std::string(kind.title) + ", " + dataset;
                chart.panels.push_back(std::move(part.plot));
            }
        }
        if (!chart.panels.empty()) {
            const std::string caption =
                "Quality on " + dataset +
                " against size. Filled marks: no other run is as good on both axes; thin line: "
                "that front. Hypervolume of the front to the worst corner: " +
                volumes + "." + whiskersText(data.groups);
            const bool alone = chart.panels.size() == 1;
            figures.push_back({"quality-size-" + dataset, caption, std::move(chart),
                               alone ? kOneColumn : kPanels});
        }
    }
}

void addStageBars(std::vector<ReportFigure>& figures, const ReportData& data)
{
    static constexpr std::array<const char*, 6> kStages{"load",    "calibrate", "compress",
                                                        "recover", "evaluate",  "export"};
    BarChart chart;
    chart.value.title = "Time (s)";
    std::vector<const RunGroup*> timed;
    for (const RunGroup& group : data.groups) {
        if (std::isfinite(group.sample(kSecondsSeries).mean)) {
            timed.push_back(&group);
            chart.categories.push_back(group.name);
        }
    }
    for (std::size_t stage = 0; stage < kStages.size(); ++stage) {
        BarChart::Series series{kStages[stage], stage, {}};
        for (const RunGroup* group : timed) {
            series.values.push_back(group->sample("stage/" + series.name + "/seconds").mean);
        }
        if (std::ranges::any_of(series.values, [](double value) { return std::isfinite(value); })) {
            chart.series.push_back(std::move(series));
        }
    }
    if (!chart.categories.empty()) {
        figures.push_back({"stage-seconds", "Time of each stage, mean over seeds.",
                           std::move(chart), kTwoColumns});
    }
}

std::vector<ReportFigure> reportFigures(const StoreReader& store, const ReportData& data,
                                        const ReportOptions& options)
{
    std::vector<ReportFigure> figures;
    addTradeOffs(figures, data);
    addCurves(figures, store, data, options);
    addLinearMaps(figures, data);
    addStageBars(figures, data);
    for (ReportFigure& figure : figures) {
        figure.size.type = options.type;
    }
    return figures;
}

} // namespace espalier
