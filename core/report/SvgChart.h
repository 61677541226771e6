// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/report/Chart.h"

#include <string>
#include <string_view>

namespace espalier {

enum class ChartType { Serif = 1, Sans };

struct ChartSize {
    double widthInches = 3.30;
    double heightInches =
        2.20;            // heat maps and bars take the height their rows need, up to 9 inches
    double points = 8.0; // size of all text
    ChartType type = ChartType::Serif;
};

/// Columns of the usual venues.
inline constexpr ChartSize kOneColumn{3.30, 2.20};
inline constexpr ChartSize kTwoColumns{6.80, 2.80};
/// Two or three panels across; the height is that of a row of them.
inline constexpr ChartSize kPanels{6.80, 1.90};

/// A figure on white, text as text, no reference to anything outside of it. `title` is for readers
/// who cannot see; it is not drawn.
ESPALIER_API std::string toSvg(const Chart& chart, std::string_view title,
                               const ChartSize& size = kOneColumn);

} // namespace espalier
