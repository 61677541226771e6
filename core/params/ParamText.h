// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/params/Params.h"

// Words about parameters, for messages, help lines and tooltips.

namespace espalier {

/// "a number from 0 to 0.95", "one of linear, row, global", "a list of whole numbers, at least 0".
ESPALIER_API std::string domainText(const ParamSpec& spec);

/// What one option of espalier-run says about itself: "--sparsity REAL" and
/// "Share of weights set to zero in every output row (default 0.5, 0 to 0.95)."
struct HelpLine {
    std::string option = {};
    std::string text = {};

    bool operator==(const HelpLine&) const = default;
};

ESPALIER_API std::vector<HelpLine> helpLines(const ParamSchema& schema);

/// Two columns, the second wrapped at `width` characters; ends with a line break unless empty.
ESPALIER_API std::string alignedHelp(const std::vector<HelpLine>& lines, std::size_t width = 100);

/// true, yes, on, 1, or their opposites; nothing for another word.
ESPALIER_API std::optional<bool> flagFromText(std::string_view text);

/// The spec of one element of a list parameter.
ESPALIER_API ParamSpec elementSpec(const ParamSpec& spec, const ListOf& list);

inline bool isNumber(const ParamValue& value)
{
    return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

} // namespace espalier
