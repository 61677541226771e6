// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/MetricPlot.h"

#include "widgets/plots/MetricCurve.h"

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

constexpr int kMostDirectLabels = 5;
constexpr int kLabelGap = 9;
constexpr int kLeastMargin = 14;
constexpr int kLeftOfAxis = 60; // title and numbers of the y axis
constexpr int kTickRoom = 56;   // pixels that a number below the x axis wants
constexpr double kNanMarkHeight = 0.015;
constexpr double kEndRoom = 0.012; // of the x axis

} // namespace

MetricPlot::MetricPlot(QWidget* parent)
    : PlotView(parent)
    , m_extras(std::make_unique<Extras>())
{
    setObjectName(QStringLiteral("metricPlot"));
    // Invisible: the marks of missing numbers sit on the axis whatever the range is.
    plot().yAxis2->setRange(0, 1);
    plot().yAxis2->setVisible(false);
    plot().axisRect()->setRangeDragAxes(plot().xAxis, plot().yAxis);
    plot().axisRect()->setRangeZoomAxes(plot().xAxis, plot().yAxis);
    m_extras->legend = plot().legend;
    connect(&plot(), &QCustomPlot::afterLayout, this, &MetricPlot::placeLabels);
}

MetricPlot::~MetricPlot() = default;

void MetricPlot::setSeries(const QList<PlotSeries>& series)
{
    std::vector<std::unique_ptr<Curve>> kept;
    for (const PlotSeries& wanted : series) {
        const auto found = std::find_if(m_curves.begin(), m_curves.end(), [&](const auto& known) {
            return known && known->series.id == wanted.id;
        });
        kept.push_back(found == m_curves.end() ? std::make_unique<Curve>(plot())
                                               : std::move(*found));
        kept.back()->series = wanted;
    }
    for (const auto& gone : m_curves) {
        if (gone) {
            gone->remove(plot());
        }
    }
    m_curves = std::move(kept);
    restyle();
    dataChanged();
}

MetricPlot::Curve* MetricPlot::curve(const QString& id) const
{
    const auto found = std::find_if(m_curves.begin(), m_curves.end(),
                                    [&](const auto& known) { return known->series.id == id; });
    return found == m_curves.end() ? nullptr : found->get();
}

void MetricPlot::append(const QString& id, std::span<const QPointF> points)
{
    Curve* target = curve(id);
    if (target == nullptr) {
        return;
    }
    for (const QPointF& point : points) {
        addPoint(*target, point);
    }
    updateEnd(*target);
    dataChanged();
}

void MetricPlot::addPoint(Curve& target, QPointF point)
{
    if (!target.raw->data()->isEmpty() && point.x() <= (target.raw->data()->constEnd() - 1)->key) {
        return;
    }
    target.raw->addData(point.x(), point.y());
    if (!std::isfinite(point.y())) {
        target.gaps->addData(point.x(), kNanMarkHeight);
    }
    target.smooth->addData(point.x(), target.average.next(point.y(), m_smoothing));
}

void MetricPlot::clearPoints(const QString& id)
{
    if (Curve* target = curve(id)) {
        target->clear();
        dataChanged();
    }
}

void MetricPlot::setBand(const QString& id, std::span<const QPointF> low,
                         std::span<const QPointF> high)
{
    if (Curve* target = curve(id)) {
        target->low->data()->clear();
        target->high->data()->clear();
        for (const QPointF& point : low) {
            target->low->addData(point.x(), point.y());
        }
        for (const QPointF& point : high) {
            target->high->addData(point.x(), point.y());
        }
        dataChanged();
    }
}

void MetricPlot::setSmoothing(double weight)
{
    m_smoothing = std::clamp(weight, 0.0, 0.9999);
    for (const auto& each : m_curves) {
        smoothAgain(*each);
        styleCurve(*each);
        updateEnd(*each);
    }
    dataChanged();
}

void MetricPlot::smoothAgain(Curve& target)
{
    target.average = {};
    target.smooth->data()->clear();
    for (const QCPGraphData& point : *target.raw->data()) {
        target.smooth->addData(point.key, target.average.next(point.value, m_smoothing));
    }
}

void MetricPlot::setReference(const QString& label, double y)
{
    m_extras->setReference(plot(), label, y);
    restyle();
    dataChanged();
}

void MetricPlot::setXEnd(double x)
{
    m_extras->xEnd = x;
    dataChanged();
}

void MetricPlot::restyle()
{
    for (const auto& each : m_curves) {
        styleCurve(*each);
    }
    m_extras->restyle(theme());
    const bool isDirect = m_curves.size() <= kMostDirectLabels;
    m_extras->showLegend(plot(), theme(), !isDirect);
    for (const auto& each : m_curves) {
        each->label->setVisible(isDirect);
    }
    reserveLabelSpace();
}

void MetricPlot::styleCurve(Curve& target)
{
    target.restyle(theme(), m_smoothing > 0);
}

void MetricPlot::updateEnd(Curve& target)
{
    target.end->data()->clear();
    const QCPGraph& drawn = m_smoothing > 0 ? *target.smooth : *target.raw;
    for (auto point = drawn.data()->constEnd(); point != drawn.data()->constBegin();) {
        --point;
        if (std::isfinite(point->value)) {
            target.end->addData(point->key, point->value);
            return;
        }
    }
}

void MetricPlot::reserveLabelSpace()
{
    int width = 0;
    const QFontMetrics metrics(textFont(TextRole::Caption));
    const bool isDirect = m_curves.size() <= kMostDirectLabels;
    for (const auto& each : m_curves) {
        if (isDirect) {
            width =
                std::max(width, metrics.horizontalAdvance(each->series.label) + 2 * kLabelGap + 1);
        }
    }
    const int reserved =
        std::clamp(width, kLeastMargin, std::max(kLeastMargin, this->width() * 2 / 5));
    for (const auto& each : m_curves) {
        each->label->setText(
            metrics.elidedText(each->series.label, Qt::ElideMiddle, reserved - 2 * kLabelGap));
    }
    plot().axisRect()->setMinimumMargins(QMargins(20, 8, reserved, 10));
    const int room = this->width() - reserved - kLeftOfAxis;
    plot().xAxis->ticker()->setTickCount(std::clamp(room / kTickRoom, 2, 5));
}

void MetricPlot::resizeEvent(QResizeEvent* event)
{
    PlotView::resizeEvent(event);
    reserveLabelSpace();
}

void MetricPlot::placeLabels()
{
    if (m_extras->hasReference()) {
        placeReference();
    }
    QList<double> wanted;
    QList<Curve*> ends;
    for (const auto& each : m_curves) {
        const bool hasEnd = !each->end->data()->isEmpty();
        each->label->setVisible(hasEnd && m_curves.size() <= kMostDirectLabels);
        if (each->label->visible()) {
            ends.append(each.get());
            wanted.append(plot().yAxis->coordToPixel(each->end->data()->constBegin()->value));
        }
    }
    const QRect frame = plot().axisRect()->rect();
    const double height = QFontMetrics(textFont(TextRole::Caption)).height();
    const QList<double> placed = spreadLabels(wanted, height, frame.top(), frame.bottom());
    for (qsizetype i = 0; i < ends.size(); ++i) {
        const double x = plot().xAxis->coordToPixel(ends[i]->end->data()->constBegin()->key);
        const bool isInside = x >= frame.left() && x <= frame.right() + 1;
        ends[i]->label->setVisible(isInside);
        ends[i]->label->position->setCoords(x + kLabelGap, placed[i]);
    }
}

void MetricPlot::placeReference()
{
    // At the end of the axis where the curves are farther from the line.
    const double line = plot().yAxis->coordToPixel(m_extras->referenceY);
    double left = 1e300;
    double right = 1e300;
    for (const auto& each : m_curves) {
        if (!each->end->data()->isEmpty()) {
            const double first = each->raw->data()->constBegin()->value;
            const double last = each->end->data()->constBegin()->value;
            left = std::fmin(left, std::abs(plot().yAxis->coordToPixel(first) - line));
            right = std::fmin(right, std::abs(plot().yAxis->coordToPixel(last) - line));
        }
    }
    const bool isLeft = left > right;
    m_extras->lineLabel->position->setCoords(isLeft ? 0 : 1, m_extras->referenceY);
    m_extras->lineLabel->setPositionAlignment((isLeft ? Qt::AlignLeft : Qt::AlignRight) |
                                              Qt::AlignBottom);
}

void MetricPlot::fitRanges()
{
    QCPRange x(std::nan(""), std::nan(""));
    QCPRange y = x;
    const auto include = [](QCPRange& range, double value) {
        range.lower = std::isnan(range.lower) ? value : std::min(range.lower, value);
        range.upper = std::isnan(range.upper) ? value : std::max(range.upper, value);
    };
    const bool isLog = yScale() == PlotScale::Log;
    for (const auto& each : m_curves) {
        for (const QCPGraph* graph : {each->raw, each->low, each->high}) {
            bool found = false;
            const QCPRange keys = graph->data()->keyRange(found);
            if (found) {
                include(x, keys.lower);
                include(x, keys.upper);
            }
            const QCPRange values =
                graph->data()->valueRange(found, isLog ? QCP::sdPositive : QCP::sdBoth);
            if (found) {
                include(y, values.lower);
                include(y, values.upper);
            }
        }
    }
    if (m_extras->hasReference() && (!isLog || m_extras->referenceY > 0)) {
        include(y, m_extras->referenceY);
    }
    if (!std::isnan(m_extras->xEnd)) {
        include(x, m_extras->xEnd);
    }
    if (!std::isnan(x.lower)) {
        const double upper = x.upper > x.lower ? x.upper : x.lower + 1;
        // Room for the mark at the line's end, which is cut off at the frame.
        plot().xAxis->setRange(x.lower, upper + kEndRoom * (upper - x.lower));
    }
    if (!std::isnan(y.lower)) {
        plot().yAxis->setRange(withMargin(y, isLog ? PlotScale::Log : PlotScale::Linear));
    }
}

} // namespace espalier
