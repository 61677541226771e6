// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/ParetoFront.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier {

namespace {

bool isFinite(PlanePoint point)
{
    return std::isfinite(point.x) && std::isfinite(point.y);
}

double sign(Better better)
{
    return better == Better::Lower ? 1.0 : -1.0;
}

/// The same point on axes where lower is better; its own inverse.
PlanePoint turned(PlanePoint point, PlaneOrder order)
{
    return {sign(order.x) * point.x, sign(order.y) * point.y};
}

/// Corners of the front where lower is better, distinct, in ascending x and so descending y.
std::vector<PlanePoint> turnedFront(const std::vector<PlanePoint>& points, PlaneOrder order)
{
    std::vector<PlanePoint> front;
    for (const std::size_t index : paretoFront(points, order)) {
        front.push_back(turned(points[index], order));
    }
    std::ranges::sort(front, {}, &PlanePoint::x);
    front.erase(std::unique(front.begin(), front.end()), front.end());
    return front;
}

} // namespace

std::vector<std::size_t> paretoFront(const std::vector<PlanePoint>& points, PlaneOrder order)
{
    std::vector<std::size_t> byQuality;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (isFinite(points[i])) {
            byQuality.push_back(i);
        }
    }
    std::ranges::sort(byQuality, [&](std::size_t a, std::size_t b) {
        const PlanePoint left = turned(points[a], order);
        const PlanePoint right = turned(points[b], order);
        return left.x != right.x ? left.x < right.x : left.y != right.y ? left.y < right.y : a < b;
    });
    std::vector<std::size_t> front;
    double bestY = std::numeric_limits<double>::infinity();
    for (const std::size_t index : byQuality) {
        const double y = turned(points[index], order).y;
        const bool equalsLast = !front.empty() && points[front.back()] == points[index];
        if (y < bestY || equalsLast) {
            front.push_back(index);
            bestY = y;
        }
    }
    std::ranges::sort(front, [&](std::size_t a, std::size_t b) {
        return points[a].x != points[b].x ? points[a].x < points[b].x : a < b;
    });
    return front;
}

std::vector<PlanePoint> paretoStaircase(const std::vector<PlanePoint>& points, PlaneOrder order)
{
    const std::vector<PlanePoint> front = turnedFront(points, order);
    std::vector<PlanePoint> corners;
    for (const PlanePoint& point : front) {
        if (!corners.empty()) {
            corners.push_back(turned({point.x, turned(corners.back(), order).y}, order));
        }
        corners.push_back(turned(point, order));
    }
    if (order.x == Better::Higher) {
        std::ranges::reverse(corners);
    }
    return corners;
}

double hypervolume(const std::vector<PlanePoint>& points, PlanePoint reference, PlaneOrder order)
{
    const PlanePoint limit = turned(reference, order);
    double area = 0.0;
    double top = limit.y;
    for (const PlanePoint& point : turnedFront(points, order)) {
        if (point.x < limit.x && point.y < top) {
            area += (limit.x - point.x) * (top - point.y);
            top = point.y;
        }
    }
    return area;
}

PlanePoint worstCorner(const std::vector<PlanePoint>& points, PlaneOrder order)
{
    bool found = false;
    PlanePoint worst;
    for (const PlanePoint& point : points) {
        if (isFinite(point)) {
            const PlanePoint here = turned(point, order);
            worst = found ? PlanePoint{std::max(worst.x, here.x), std::max(worst.y, here.y)} : here;
            found = true;
        }
    }
    return found ? turned(worst, order) : PlanePoint{};
}

} // namespace espalier
