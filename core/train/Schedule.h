// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace espalier {

enum class ScheduleShape { Constant = 1, Linear, Cosine };

inline auto enumNames(ScheduleShape)
{
    return std::to_array<std::pair<ScheduleShape, std::string_view>>({
        {ScheduleShape::Constant, "constant"},
        {ScheduleShape::Linear, "linear"},
        {ScheduleShape::Cosine, "cosine"},
    });
}

struct ScheduleOptions {
    ScheduleShape shape = ScheduleShape::Cosine;
    double peak = 1e-4;      // learning rate after the warm-up
    double floor = 0;        // linear and cosine end here
    std::int64_t warmUp = 0; // steps
    std::int64_t steps = 1;  // of the whole training
};

/// Learning rate of step `step`, counted from 0. It rises over the warm-up, peak (step + 1) /
/// warmUp, so that the first step is not lost; then it falls from the peak to the floor, which the
/// step after the last would have.
ESPALIER_API double learningRateAt(const ScheduleOptions& options, std::int64_t step);

} // namespace espalier
