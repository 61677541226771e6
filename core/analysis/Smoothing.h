// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/run/MetricPoint.h"

#include <vector>

namespace espalier {

/// Exponential moving average without the pull towards zero of its first values: the average is
/// divided by 1 - weight^n. `weight` is that of the past, from 0 (off) to below 1. A value that is
/// not finite stays a gap and does not touch the average. Throws InvalidInput for a weight outside
/// its range.
ESPALIER_API std::vector<double> smoothed(const std::vector<double>& values, double weight);
ESPALIER_API std::vector<MetricPoint> smoothed(std::vector<MetricPoint> points, double weight);

} // namespace espalier
