// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/SeriesSummary.h"

#include <cmath>

namespace espalier {

SeriesSummary summarize(const std::vector<MetricPoint>& points, Better better)
{
    SeriesSummary summary;
    for (const MetricPoint& point : points) {
        ++summary.count;
        if (std::isnan(point.value)) {
            ++summary.notNumbers;
            continue;
        }
        if (!summary.first) {
            summary.first = point;
        }
        if (!summary.last || point.step >= summary.last->step) {
            summary.last = point;
        }
        if (!summary.min || point.value < summary.min->value) {
            summary.min = point;
        }
        if (!summary.max || point.value > summary.max->value) {
            summary.max = point;
        }
    }
    summary.best = better == Better::Lower ? summary.min : summary.max;
    return summary;
}

std::optional<MetricPoint> pointAt(const std::vector<MetricPoint>& points, std::int64_t step)
{
    std::optional<MetricPoint> newest;
    for (const MetricPoint& point : points) {
        if (point.step <= step && !std::isnan(point.value)) {
            newest = point;
        }
    }
    return newest;
}

} // namespace espalier
