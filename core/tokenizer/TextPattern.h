// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/Regex.h"

#include <string>

namespace espalier {

/// The "pattern" of Replace and Split: {"String": ...} or {"Regex": ...}.
Regex patternOf(const JsonPart& part);

/// Every match becomes `content`, as it is.
void replaceAll(std::string& text, Regex::Search& search, std::string_view content);

} // namespace espalier
