// SPDX-License-Identifier: GPL-3.0-or-later
// What a MetricPlot says about its points: to the crosshair, to the keyboard and as a table.
#include "core/analysis/NumberFormat.h"
#include "widgets/plots/MetricCurve.h"

#include <algorithm>

namespace espalier {

namespace {

constexpr double kPickDistance = 60; // pixels in x

QString plain(double value)
{
    return QString::fromStdString(plainNumber(value));
}

double positive(double value)
{
    return value > 0 ? value : std::nan("");
}

} // namespace

std::optional<PlotPoint> MetricPlot::pointOf(const Curve& target, int index) const
{
    const auto& drawn = m_smoothing > 0 ? *target.smooth->data() : *target.raw->data();
    if (index < 0 || index >= drawn.size()) {
        return {};
    }
    const QCPGraphData& point = *drawn.at(index);
    return PlotPoint{target.series.id, target.series.label, index, point.key, point.value};
}

std::optional<PlotPoint> MetricPlot::nearestPoint(QPointF pixel) const
{
    if (!plot().axisRect()->rect().contains(pixel.toPoint())) {
        return {};
    }
    const double key = plot().xAxis->pixelToCoord(pixel.x());
    std::optional<PlotPoint> best;
    double bestDistance = 1e300;
    for (const auto& each : m_curves) {
        const auto& drawn = m_smoothing > 0 ? *each->smooth->data() : *each->raw->data();
        const auto begin = drawn.findBegin(key, true);
        for (auto point = begin; point != drawn.constEnd() && point != begin + 2; ++point) {
            const double y = yScale() == PlotScale::Log ? positive(point->value) : point->value;
            const double dx = plot().xAxis->coordToPixel(point->key) - pixel.x();
            const double dy = plot().yAxis->coordToPixel(y) - pixel.y();
            if (std::isfinite(y) && std::abs(dx) < kPickDistance &&
                dx * dx + dy * dy < bestDistance) {
                bestDistance = dx * dx + dy * dy;
                best = pointOf(*each, static_cast<int>(point - drawn.constBegin()));
            }
        }
    }
    return best;
}

std::optional<PlotPoint> MetricPlot::neighbour(const std::optional<PlotPoint>& from, int dx,
                                               int dy) const
{
    if (m_curves.empty()) {
        return {};
    }
    if (!from) {
        return pointOf(*m_curves.front(), 0);
    }
    const auto found = std::find_if(m_curves.begin(), m_curves.end(),
                                    [&](const auto& each) { return each->series.id == from->id; });
    const auto place = std::clamp<std::ptrdiff_t>(found - m_curves.begin() + dy, 0,
                                                  static_cast<std::ptrdiff_t>(m_curves.size()) - 1);
    const Curve& target = *m_curves[static_cast<std::size_t>(place)];
    const auto next = pointOf(
        target, std::clamp(from->index + dx, 0, std::max(0, target.raw->data()->size() - 1)));
    return next ? next : from;
}

PlotTable MetricPlot::table() const
{
    PlotTable rows{{tr("Series"), plot().xAxis->label(), plot().yAxis->label()}, {}};
    if (m_smoothing > 0) {
        rows.columns.append(tr("Smoothed (weight %1)").arg(plain(m_smoothing)));
    }
    for (const auto& each : m_curves) {
        for (int i = 0; i < each->raw->data()->size(); ++i) {
            const QCPGraphData& point = *each->raw->data()->at(i);
            QStringList row{each->series.label, plain(point.key), plain(point.value)};
            if (m_smoothing > 0) {
                row.append(plain(each->smooth->data()->at(i)->value));
            }
            rows.rows.append(row);
        }
    }
    return rows;
}

QList<QPointF> MetricPlot::drawnPoints(const QString& id) const
{
    QList<QPointF> points;
    if (const Curve* target = curve(id)) {
        for (const QCPGraphData& point :
             m_smoothing > 0 ? *target->smooth->data() : *target->raw->data()) {
            points.append({point.key, point.value});
        }
    }
    return points;
}

} // namespace espalier
