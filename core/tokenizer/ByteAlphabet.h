// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace espalier {

// GPT-2's alphabet: every byte has a visible character. Printable Latin-1 stands for itself, the
// other bytes, in order, for U+0100 and on; the space is U+0120.

/// Appends the characters that stand for `bytes`.
void appendByteCharacters(std::string& text, std::string_view bytes);

/// The character that stands for `byte`; lives as long as the program.
std::string_view byteCharacter(unsigned char byte);

/// The bytes that the characters of `text` stand for; nothing when one of them stands for none.
std::optional<std::string> bytesOfCharacters(std::string_view text);

} // namespace espalier
