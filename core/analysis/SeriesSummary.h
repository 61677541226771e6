// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/ParetoFront.h"
#include "core/base/Export.h"
#include "core/run/MetricPoint.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace espalier {

/// A series in a table cell. Every point here holds a number; NaN points are only counted.
struct SeriesSummary {
    std::size_t count = 0;      // points, NaN included
    std::size_t notNumbers = 0; // NaN points among them
    std::optional<MetricPoint> first = {}, last = {};
    std::optional<MetricPoint> min = {}, max = {}; // the earliest of equals
    std::optional<MetricPoint> best = {};          // min or max, as `better` says
};

ESPALIER_API SeriesSummary summarize(const std::vector<MetricPoint>& points,
                                     Better better = Better::Lower);

/// The newest number at or before `step`; points in ascending steps.
ESPALIER_API std::optional<MetricPoint> pointAt(const std::vector<MetricPoint>& points,
                                                std::int64_t step);

} // namespace espalier
