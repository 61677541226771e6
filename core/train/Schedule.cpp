// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/Schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace espalier {

double learningRateAt(const ScheduleOptions& options, std::int64_t step)
{
    if (step < options.warmUp) {
        return options.peak * static_cast<double>(step + 1) / static_cast<double>(options.warmUp);
    }
    const auto falling =
        static_cast<double>(std::max<std::int64_t>(options.steps - options.warmUp, 1));
    const double passed = std::min(static_cast<double>(step - options.warmUp) / falling, 1.0);
    const double range = options.peak - options.floor;
    switch (options.shape) {
    case ScheduleShape::Constant:
        return options.peak;
    case ScheduleShape::Linear:
        return options.peak - range * passed;
    case ScheduleShape::Cosine:
        return options.floor + range * 0.5 * (1.0 + std::cos(std::numbers::pi * passed));
    }
    return options.peak;
}

} // namespace espalier
