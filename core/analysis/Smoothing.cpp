// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/Smoothing.h"

#include "core/base/Error.h"

#include <cmath>
#include <limits>
#include <string>

namespace espalier {

std::vector<double> smoothed(const std::vector<double>& values, double weight)
{
    if (!(weight >= 0.0 && weight < 1.0)) {
        throw Error(ErrorCode::InvalidInput, "The smoothing weight is " + std::to_string(weight) +
                                                 "; it must be at least 0 and below 1.");
    }
    std::vector<double> result;
    result.reserve(values.size());
    double average = 0.0;
    double seen = 0.0; // sum of the weights so far, 1 - weight^n
    for (const double value : values) {
        if (!std::isfinite(value)) {
            result.push_back(std::numeric_limits<double>::quiet_NaN());
            continue;
        }
        average = weight * average + (1.0 - weight) * value;
        seen = weight * seen + (1.0 - weight);
        result.push_back(average / seen);
    }
    return result;
}

std::vector<MetricPoint> smoothed(std::vector<MetricPoint> points, double weight)
{
    std::vector<double> values;
    values.reserve(points.size());
    for (const MetricPoint& point : points) {
        values.push_back(point.value);
    }
    const std::vector<double> averages = smoothed(values, weight);
    for (std::size_t i = 0; i < points.size(); ++i) {
        points[i].value = averages[i];
    }
    return points;
}

} // namespace espalier
