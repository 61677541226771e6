// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <string>
#include <string_view>

namespace espalier {

// Text as Python's str methods treat it, for prompts that must equal the harness's byte by byte.
// Texts must be valid UTF-8.

/// str.isspace of one code point.
ESPALIER_API bool isPythonSpace(char32_t codePoint);
/// str.rstrip(), lstrip() and both.
ESPALIER_API std::string_view pythonRightStripped(std::string_view text);
ESPALIER_API std::string_view pythonStripped(std::string_view text);
/// str.capitalize(): first letter in title case, all others in lower case.
ESPALIER_API std::string pythonCapitalized(std::string_view text);
/// str.replace.
ESPALIER_API std::string replaced(std::string_view text, std::string_view what,
                                  std::string_view with);

} // namespace espalier
