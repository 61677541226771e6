// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/ParetoFront.h"

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace espalier {

enum class AxisScale { Linear = 1, Logarithmic };

struct ChartAxis {
    std::string title = {}; // "Name (unit)", protocol included
    AxisScale scale = AxisScale::Linear;
    std::optional<double> min = {}, max = {}; // else from the data, with a margin
};

/// A NaN in y is a gap, with a mark on the x axis.
struct ChartPoint {
    double x = 0.0;
    double y = 0.0;
    double spread = std::numeric_limits<double>::quiet_NaN(); // half of a whisker or a band
    bool hollow = false;                                      // beaten by another: an open mark
    std::string label = {}; // what the point is, for the numbers' file
};

/// Slots 0 to 6 are the series of the palette; the teacher and the unchanged model take the last.
inline constexpr std::size_t kChartReferenceSlot = 7;

struct ChartSeries {
    std::string name = {};
    std::size_t slot = 0;
    std::vector<ChartPoint> points = {};
    std::vector<ChartPoint> raw = {}; // the line before smoothing, drawn thin behind it
};

enum class SeriesLook { Lines = 1, Marks, MarkedLines };

/// Curves, or points of runs on two axes with the front as a thin staircase.
struct PlotChart {
    ChartAxis x = {}, y = {};
    SeriesLook look = SeriesLook::Lines;
    std::vector<ChartSeries> series = {};
    std::vector<PlanePoint> front = {};
    std::string heading = {}; // over a panel
};

/// Plots side by side under one legend.
struct PanelChart {
    std::vector<PlotChart> panels = {};
};

/// Horizontal bars from zero, stacked where there are several series.
struct BarChart {
    ChartAxis value = {};
    std::vector<std::string> categories = {};

    struct Series {
        std::string name = {};
        std::size_t slot = 0;
        std::vector<double> values = {}; // one a category; NaN: none
    };

    std::vector<Series> series = {};
};

enum class ChartColourMap { Trellis = 1, Ember, Balance };

/// Rows and columns shared by all panels, and one colour scale. No value: the run has none there (a
/// dash); NaN: it is not a number (a cross).
struct HeatMapChart {
    std::string columnTitle = {};
    ChartAxis value = {};
    ChartColourMap map = ChartColourMap::Trellis;
    std::vector<std::string> rows = {}, columns = {};

    struct Panel {
        std::string title = {};
        std::vector<std::vector<std::optional<double>>> values = {}; // [rows][columns]
    };

    std::vector<Panel> panels = {};
};

using Chart = std::variant<PlotChart, PanelChart, BarChart, HeatMapChart>;

} // namespace espalier
