// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace espalier {

struct SecondsRange {
    double low = 0.0;
    double high = 0.0;

    bool operator==(const SecondsRange&) const = default;
};

/// Where the time left lies in about eight cases of ten, from the seconds of the steps done so far
/// (the newest 64 count). The range covers the noise of the steps to come and the uncertainty of
/// their mean, and never is narrower than a twentieth. Nothing before two steps are measured.
ESPALIER_API std::optional<SecondsRange> timeLeft(const std::vector<double>& stepSeconds,
                                                  std::int64_t stepsLeft);

/// "1 min 15 s to 1 min 30 s left", "about 5 s left", "less than 5 s left": rounded as finely as
/// the length deserves.
ESPALIER_API std::string timeLeftText(SecondsRange range);

} // namespace espalier
