// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/PlotTheme.h"
#include "widgets/plots/PlotView.h"
#include "widgets/plots/QCustomPlotHeader.h"

namespace espalier {

enum class MarkFill { Filled = 1, Hollow };

/// Round numbers on a linear axis; powers of ten, or 1-2-5 where fewer than three decades show, on
/// a log axis.
class NumberTicker : public QCPAxisTicker {
public:
    void setScale(PlotScale scale) { m_scale = scale; }

protected:
    double getTickStep(const QCPRange& range) override;
    QVector<double> createTickVector(double tickStep, const QCPRange& range) override;
    QString getTickLabel(double tick, const QLocale& locale, QChar formatChar,
                         int precision) override;

private:
    PlotScale m_scale = PlotScale::Linear;
    double m_step = 1.0;
    bool m_isDecades = false;
};

/// Axes left and below only, ticks outside, grid in the theme's grid colour, titles in the
/// caption's font.
void styleAxes(QCustomPlot& plot, const PlotTheme& theme);
void setAxisScale(QCPAxis& axis, PlotScale scale);

QPen seriesPen(const SeriesStyle& style, double width);
QCPScatterStyle markOf(const SeriesStyle& style, MarkFill fill, const QColor& ground, double size);
/// The mark by itself, for tables and legends.
void paintMark(QPainter& painter, const SeriesStyle& style, QPointF centre, double size);

/// Text of a number beside a plot: three significant digits, typeset.
QString plotNumber(double value);

/// Moves pixel positions apart until neighbours are at least `distance` away from each other, as
/// little as possible and within `low` to `high`.
QList<double> spreadLabels(const QList<double>& wanted, double distance, double low, double high);

} // namespace espalier
