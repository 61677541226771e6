// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <cstdint>
#include <string>

namespace espalier {

/// Typeset: true minus, narrow no-break spaces between groups of three from five digits, "×10⁷".
/// Plain, for files and logs: ASCII, a point, no groups. No function here looks at the locale.
enum class NumberStyle { Typeset = 1, Plain };

/// Between groups of digits, and between a number and "%".
inline constexpr const char* kThinSpace = "\u202F";

/// What stands for a number that is not there; plain text has "" instead.
inline constexpr const char* kDash = "\u2013";

ESPALIER_API std::string fixedText(double value, int decimals,
                                   NumberStyle style = NumberStyle::Typeset);
/// `digits` significant ones, as fixed text from 0.0001 to below 10^6, else with a power of ten.
ESPALIER_API std::string significantText(double value, int digits,
                                         NumberStyle style = NumberStyle::Typeset);
/// The shortest text that reads back as the same double. For files.
ESPALIER_API std::string plainNumber(double value);

ESPALIER_API std::string countText(std::int64_t value, NumberStyle style = NumberStyle::Typeset);
/// Two decimals.
ESPALIER_API std::string perplexityText(double value, NumberStyle style = NumberStyle::Typeset);
/// Three significant digits.
ESPALIER_API std::string divergenceText(double value, NumberStyle style = NumberStyle::Typeset);
/// A share from 0 to 1 as "50 %".
ESPALIER_API std::string percentText(double share, int decimals = 0,
                                     NumberStyle style = NumberStyle::Typeset);
/// "p < 0.001", "p = 0.041"; never "p = 0.000".
ESPALIER_API std::string probabilityText(double p, NumberStyle style = NumberStyle::Typeset);
/// "370.7 MB" (10^6 bytes) and "801 MiB" (2^20 bytes): the unit says which. Below 0.1 of it: bytes.
ESPALIER_API std::string megabyteText(double bytes, NumberStyle style = NumberStyle::Typeset);
ESPALIER_API std::string mebibyteText(double bytes, NumberStyle style = NumberStyle::Typeset);
/// "8.3 s", "1 min 15 s", "2 h 5 min".
ESPALIER_API std::string durationText(double seconds, NumberStyle style = NumberStyle::Typeset);

/// Decimals that give `spread` two significant digits; `fallback` where it is zero or not a number.
ESPALIER_API int decimalsFor(double spread, int fallback);
/// "16.412 ± 0.053": the standard deviation sets the decimals of both. Without one (NaN): the mean
/// alone. `decimals` holds where the deviation is zero or missing.
ESPALIER_API std::string meanText(double mean, double deviation, int decimals,
                                  NumberStyle style = NumberStyle::Typeset);

} // namespace espalier
