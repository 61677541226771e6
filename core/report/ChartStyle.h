// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/Chart.h"

#include <string>

namespace espalier {

enum class Mark { Circle = 1, Square, TriangleUp, Diamond, TriangleDown, Plus, Star, Cross };

/// Colour, dash and mark say the same thing three times: figures stay readable in grey and to
/// colour-blind eyes.
struct ChartSeriesStyle {
    const char* colour = "";
    const char* dash = ""; // as stroke-dasharray, for a line 1.2 pt wide
    Mark mark = Mark::Circle;
};

/// Slots beyond the palette begin again, without the reference, with the dash and mark of another.
ChartSeriesStyle seriesStyle(std::size_t slot);

/// The light palette: figures and reports are always light.
namespace ink {
inline constexpr const char* kText = "#1A2025";
inline constexpr const char* kMuted = "#525D66";
inline constexpr const char* kAxis = "#7E8891";
inline constexpr const char* kGrid = "#E9ECEE";
inline constexpr const char* kPaper = "#FFFFFF";
} // namespace ink

struct Colour {
    double red = 0, green = 0, blue = 0; // 0 to 255
};

/// `share` from 0 to 1, clamped; linear between the nine stops.
Colour mapColour(ChartColourMap map, double share);
std::string hexOf(Colour colour);
/// Black or white, whichever contrasts more (WCAG).
const char* inkOn(Colour colour);

} // namespace espalier
