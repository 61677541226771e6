// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace espalier {

/// Position of the first byte that is not UTF-8; nothing when all is well.
std::optional<std::size_t> firstInvalidByte(std::string_view text);

/// The code point at `position`, which moves on behind it. `text` must be valid UTF-8.
char32_t nextCodePoint(std::string_view text, std::size_t& position);
/// Where the character at `position` ends, judged by its lead byte only.
std::size_t characterEnd(std::string_view text, std::size_t position);
/// The code point that ends at the end of `text`, which must be valid and not empty.
char32_t lastCodePoint(std::string_view text);
void appendUtf8(std::string& text, char32_t codePoint);

/// Bytes that are not UTF-8 become U+FFFD, one for each broken-off sequence (Unicode 15,
/// section 3.9, D93b).
std::string replaceInvalidUtf8(std::string_view bytes);

bool isAscii(std::string_view text);

// Classes as Unicode defines them, not as the C locale does.
bool isWhitespace(char32_t codePoint);     // property White_Space
bool isNumeric(char32_t codePoint);        // categories Nd, Nl, No
bool isPunctuation(char32_t codePoint);    // categories P*, and all ASCII symbols
bool isMark(char32_t codePoint);           // categories Mn, Mc, Me
bool isNonspacingMark(char32_t codePoint); // category Mn
bool isOther(char32_t codePoint);          // categories Cc, Cf, Co, Cs
bool isChinese(char32_t codePoint);        // the CJK blocks that BERT sets apart
bool isWordPart(char32_t codePoint);       // letters, marks, digits, connectors

} // namespace espalier
