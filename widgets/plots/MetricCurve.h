// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/MetricPlot.h"
#include "widgets/plots/PlotDrawing.h"

#include <cmath>
#include <limits>

namespace espalier {

/// The moving average of core/analysis/Smoothing.h, one value at a time: a live curve cannot begin
/// anew.
struct MovingAverage {
    double sum = 0.0;
    double weight = 0.0; // 1 - past^n

    double next(double value, double past)
    {
        if (!std::isfinite(value)) {
            return std::numeric_limits<double>::quiet_NaN();
        }
        sum = past * sum + (1 - past) * value;
        weight = past * weight + (1 - past);
        return sum / weight;
    }
};

/// What is drawn for one series. QCustomPlot owns the parts.
struct MetricPlot::Curve {
    explicit Curve(QCustomPlot& plot);
    void remove(QCustomPlot& plot);
    void clear();
    void restyle(const PlotTheme& theme, bool isSmoothed);

    PlotSeries series;
    MovingAverage average;
    QCPGraph* low;
    QCPGraph* high;
    QCPGraph* raw;
    QCPGraph* smooth;
    QCPGraph* end;  // one point: the mark at the line's end
    QCPGraph* gaps; // marks on the axis where values are missing
    QCPItemText* label;
};

/// Reference line, legend and the end of the x axis.
struct MetricPlot::Extras {
    void setReference(QCustomPlot& plot, const QString& text, double y);

    bool hasReference() const { return !std::isnan(referenceY); }

    void restyle(const PlotTheme& theme);
    void showLegend(QCustomPlot& plot, const PlotTheme& theme, bool on);

    QCPItemStraightLine* line = nullptr;
    QCPItemText* lineLabel = nullptr;
    QCPLegend* legend = nullptr;
    double referenceY = std::numeric_limits<double>::quiet_NaN();
    double xEnd = std::numeric_limits<double>::quiet_NaN();
};

/// A twentieth of air above and below; a constant gets a range around it.
QCPRange withMargin(QCPRange range, PlotScale scale);

} // namespace espalier
