// SPDX-License-Identifier: GPL-3.0-or-later
// What a ParetoPlot says about its points: to the pointer, to the keyboard and as a table.
#include "core/analysis/NumberFormat.h"
#include "widgets/plots/ParetoPlot.h"
#include "widgets/plots/PlotDrawing.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace espalier {

namespace {

constexpr double kPickDistance = 14; // pixels

QString plain(double value)
{
    return QString::fromStdString(plainNumber(value));
}

} // namespace

PlotPoint ParetoPlot::plotPoint(int index) const
{
    const ParetoPoint& point = m_points[index];
    return {point.id, point.label, index, point.x, point.y};
}

std::optional<PlotPoint> ParetoPlot::nearestPoint(QPointF pixel) const
{
    int best = -1;
    double bestDistance = kPickDistance;
    for (int i = 0; i < m_points.size(); ++i) {
        const double dx = plot().xAxis->coordToPixel(m_points[i].x) - pixel.x();
        const double dy = plot().yAxis->coordToPixel(m_points[i].y) - pixel.y();
        if (const double distance = std::hypot(dx, dy); distance < bestDistance) {
            bestDistance = distance;
            best = i;
        }
    }
    return best < 0 ? std::nullopt : std::optional(plotPoint(best));
}

std::optional<PlotPoint> ParetoPlot::neighbour(const std::optional<PlotPoint>& from, int dx,
                                               int dy) const
{
    if (m_points.isEmpty()) {
        return {};
    }
    // Left and right along x, up and down along y.
    QList<int> order(m_points.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        return dy == 0 ? m_points[a].x < m_points[b].x : m_points[a].y > m_points[b].y;
    });
    const auto place = from ? order.indexOf(from->index) + (dy == 0 ? dx : dy) : 0;
    return plotPoint(order[std::clamp<qsizetype>(place, 0, order.size() - 1)]);
}

PlotTable ParetoPlot::table() const
{
    PlotTable rows{{tr("Run"), plot().xAxis->label(), tr("± std"), plot().yAxis->label(),
                    tr("± std"), tr("On the front")},
                   {}};
    for (const ParetoPoint& point : m_points) {
        rows.rows.append(QStringList{point.label, plain(point.x), plain(point.xError),
                                     plain(point.y), plain(point.yError),
                                     point.onFront ? tr("yes") : tr("no")});
    }
    return rows;
}

} // namespace espalier
