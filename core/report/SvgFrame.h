// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/ChartScale.h"
#include "core/report/SvgCanvas.h"
#include "core/report/SvgChart.h"

#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// What the charts share: the drawing area and the axes and legend around it. All in points.
struct SvgFrame {
    double left = 0, top = 0, right = 0, bottom = 0;
};

inline constexpr double kPointsPerInch = 72.0;
inline constexpr double kTickLength = 3.0;
inline constexpr double kGap = 3.0;

const char* fontsOf(ChartType type);

/// The widest of the labels.
double labelWidth(const std::vector<Tick>& ticks, double size);

void drawXAxis(SvgCanvas& canvas, const SvgFrame& frame, const ChartScale& scale,
               const std::vector<Tick>& ticks, std::string_view title, double size);
void drawYAxis(SvgCanvas& canvas, const SvgFrame& frame, const ChartScale& scale,
               const std::vector<Tick>& ticks, std::string_view title, double size);

/// As many ticks as fit along `length` when a label takes `each`.
std::size_t tickCount(double length, double each);

enum class LegendSwatch { Line = 1, Mark, MarkedLine, Block };

struct LegendEntry {
    std::string name = {};
    std::size_t slot = 0;
};

/// Rows of entries above the drawing area, from `left` to `right`. Returns the height they take;
/// with `canvas` null they are only measured.
double drawLegend(SvgCanvas* canvas, const std::vector<LegendEntry>& entries, LegendSwatch swatch,
                  const SvgFrame& area, double size);

std::string plotSvg(const PlotChart& chart, std::string_view title, const ChartSize& size);
std::string panelSvg(const PanelChart& chart, std::string_view title, const ChartSize& size);
/// One of several plots: its heading instead of a legend.
SvgCanvas panelCanvas(const PlotChart& chart, const ChartSize& size);
std::string barSvg(const BarChart& chart, std::string_view title, const ChartSize& size);
std::string heatMapSvg(const HeatMapChart& chart, std::string_view title, const ChartSize& size);

} // namespace espalier
