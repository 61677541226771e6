// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/Regex.h"
#include "core/tokenizer/TrackedText.h"

#include <string>

namespace espalier {

/// The "pattern" of Replace and Split: {"String": ...} or {"Regex": ...}.
Regex patternOf(const JsonPart& part);

/// `content` in front of a text that is not empty; it stands for the first character.
void prependTo(TrackedText& text, std::string_view content);

/// Every match becomes `content`, as it is.
void replaceAll(std::string& text, Regex::Search& search, std::string_view content);
void replaceAll(TrackedText& text, Regex::Search& search, std::string_view content);

} // namespace espalier
