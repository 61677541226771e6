// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/MetricCurve.h"

namespace espalier {

namespace {

constexpr double kRawWidth = 0.9;
constexpr double kRawOpacity = 0.4;
constexpr double kLineWidth = 1.8;
constexpr double kBandOpacity = 0.16;
constexpr double kMarkSize = 7;

} // namespace

MetricPlot::Curve::Curve(QCustomPlot& plot)
    : low(plot.addGraph())
    , high(plot.addGraph())
    , raw(plot.addGraph())
    , smooth(plot.addGraph())
    , end(plot.addGraph())
    , gaps(plot.addGraph(plot.xAxis, plot.yAxis2))
    , label(new QCPItemText(&plot))
{
    high->setChannelFillGraph(low);
    for (QCPGraph* graph : {low, high, raw, end, gaps}) {
        graph->removeFromLegend();
    }
    end->setLineStyle(QCPGraph::lsNone);
    gaps->setLineStyle(QCPGraph::lsNone);
    label->position->setType(QCPItemPosition::ptAbsolute);
    label->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    label->setClipToAxisRect(false);
}

void MetricPlot::Curve::remove(QCustomPlot& plot)
{
    high->setChannelFillGraph(nullptr);
    for (QCPGraph* graph : {high, low, raw, smooth, end, gaps}) {
        plot.removeGraph(graph);
    }
    plot.removeItem(label);
}

void MetricPlot::Curve::clear()
{
    for (QCPGraph* graph : {low, high, raw, smooth, end, gaps}) {
        graph->data()->clear();
    }
    average = {};
}

void MetricPlot::Curve::restyle(const PlotTheme& theme, bool isSmoothed)
{
    const SeriesStyle style = theme.series(series.slot);
    if (isSmoothed) {
        QColor faint = style.colour;
        faint.setAlphaF(static_cast<float>(kRawOpacity));
        raw->setPen(QPen(faint, kRawWidth));
    } else {
        raw->setPen(seriesPen(style, kLineWidth));
    }
    smooth->setVisible(isSmoothed);
    smooth->setPen(seriesPen(style, kLineWidth));
    smooth->setName(series.label);
    QColor band = style.colour;
    band.setAlphaF(static_cast<float>(kBandOpacity));
    low->setPen(Qt::NoPen);
    high->setPen(Qt::NoPen);
    high->setBrush(band);
    end->setScatterStyle(markOf(style, MarkFill::Filled, theme.surface, kMarkSize));
    QCPScatterStyle missing(QCPScatterStyle::ssCross, 6);
    missing.setPen(QPen(style.colour, 1.4));
    gaps->setScatterStyle(missing);
    label->setText(series.label);
    label->setColor(theme.text);
    label->setFont(textFont(TextRole::Caption));
}

void MetricPlot::Extras::setReference(QCustomPlot& plot, const QString& text, double y)
{
    if (line == nullptr) {
        line = new QCPItemStraightLine(&plot);
        lineLabel = new QCPItemText(&plot);
        lineLabel->position->setTypeX(QCPItemPosition::ptAxisRectRatio);
        lineLabel->setPositionAlignment(Qt::AlignRight | Qt::AlignBottom);
        lineLabel->setClipToAxisRect(false);
        lineLabel->setPadding(QMargins(6, 0, 10, 1));
    }
    referenceY = y;
    line->setVisible(hasReference());
    lineLabel->setVisible(hasReference());
    lineLabel->setText(text);
    if (hasReference()) {
        line->point1->setCoords(0, y);
        line->point2->setCoords(1, y);
        lineLabel->position->setCoords(1, y);
    }
}

void MetricPlot::Extras::restyle(const PlotTheme& theme)
{
    if (line != nullptr) {
        line->setPen(seriesPen(theme.series(kReferenceSlot), 1.4));
        lineLabel->setColor(theme.text);
        lineLabel->setFont(textFont(TextRole::Caption));
    }
}

void MetricPlot::Extras::showLegend(QCustomPlot& plot, const PlotTheme& theme, bool on)
{
    legend->setVisible(on);
    if (on && legend->layout() == plot.axisRect()->insetLayout()) {
        plot.axisRect()->insetLayout()->take(legend);
        auto* column = new QCPLayoutGrid; // outside, never over the data
        plot.plotLayout()->addElement(0, 1, column);
        column->addElement(0, 0, legend);
        // The element below takes the height that the legend does not need.
        column->addElement(1, 0, new QCPLayoutElement(&plot));
        column->setRowStretchFactor(0, 0.001);
        column->setMargins(QMargins(0, 8, 0, 0));
        plot.plotLayout()->setColumnStretchFactor(1, 0.001);
    }
    legend->setRowSpacing(2);
    legend->setFont(textFont(TextRole::Caption));
    legend->setTextColor(theme.text);
    legend->setBrush(Qt::NoBrush);
    legend->setBorderPen(Qt::NoPen);
}

QCPRange withMargin(QCPRange range, PlotScale scale)
{
    if (scale == PlotScale::Log) {
        const double factor =
            range.upper > range.lower ? std::pow(range.upper / range.lower, 0.05) : 1.5;
        return {range.lower / factor, range.upper * factor};
    }
    const double span = range.upper - range.lower;
    const double margin = span > 0 ? span * 0.05 : std::max(std::abs(range.upper) * 0.05, 1e-9);
    return {range.lower - margin, range.upper + margin};
}

} // namespace espalier
