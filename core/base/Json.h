// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace espalier {

/// Keys are sorted, so equal values give equal text.
using Json = nlohmann::json;

/// Throws Error(Corrupt) that names `source` and the byte where the text stops being JSON.
ESPALIER_API Json parseJson(std::string_view text, std::string_view source);

/// One line, no spaces; NaN is null and infinities are the strings "inf" and "-inf".
/// Invalid UTF-8 is replaced, so this never throws.
ESPALIER_API std::string compactText(const Json& value);

/// A double as JSON carries it (see compactText), and back.
ESPALIER_API Json numberToJson(double value);
ESPALIER_API double numberFromJson(const Json& value);

} // namespace espalier
