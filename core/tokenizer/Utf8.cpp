// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Utf8.h"

#include <algorithm>
#include <cstdint>
#include <utf8proc.h>

namespace espalier {

namespace {

struct Sequence {
    std::size_t length = 0; // bytes of a whole sequence, or of its valid beginning
    bool valid = false;
};

std::uint8_t byteAt(std::string_view text, std::size_t position)
{
    return static_cast<std::uint8_t>(text[position]);
}

/// The sequence that starts at `position`; a broken one counts the bytes that could still have
/// begun one.
Sequence sequenceAt(std::string_view text, std::size_t position)
{
    const std::uint8_t lead = byteAt(text, position);
    if (lead < 0x80) {
        return {1, true};
    }
    if (lead < 0xC2 || lead > 0xF4) {
        return {1, false};
    }
    const std::size_t wanted = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    // The second byte's range shuts out overlong forms, surrogates and what lies above U+10FFFF.
    std::uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    std::uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    for (std::size_t i = 1; i < wanted; ++i) {
        if (position + i >= text.size() || byteAt(text, position + i) < low ||
            byteAt(text, position + i) > high) {
            return {i, false};
        }
        low = 0x80;
        high = 0xBF;
    }
    return {wanted, true};
}

utf8proc_category_t categoryOf(char32_t codePoint)
{
    return utf8proc_category(static_cast<utf8proc_int32_t>(codePoint));
}

} // namespace

std::optional<std::size_t> firstInvalidByte(std::string_view text)
{
    for (std::size_t position = 0; position < text.size();) {
        const Sequence sequence = sequenceAt(text, position);
        if (!sequence.valid) {
            return position;
        }
        position += sequence.length;
    }
    return {};
}

char32_t nextCodePoint(std::string_view text, std::size_t& position)
{
    const char32_t lead = byteAt(text, position++);
    if (lead < 0x80) {
        return lead;
    }
    const int more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    char32_t value = lead & (0x3Fu >> more);
    for (int i = 0; i < more && position < text.size(); ++i) { // a cut-off one ends early
        value = (value << 6) | (byteAt(text, position++) & 0x3Fu);
    }
    return value;
}

std::size_t characterEnd(std::string_view text, std::size_t position)
{
    const std::uint8_t lead = byteAt(text, position);
    return position + (lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4);
}

char32_t lastCodePoint(std::string_view text)
{
    std::size_t position = text.size() - 1;
    while (position > 0 && (byteAt(text, position) & 0xC0u) == 0x80) {
        --position;
    }
    return nextCodePoint(text, position);
}

void appendUtf8(std::string& text, char32_t codePoint)
{
    utf8proc_uint8_t bytes[4];
    const auto count = utf8proc_encode_char(static_cast<utf8proc_int32_t>(codePoint), bytes);
    text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
}

std::string replaceInvalidUtf8(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size());
    for (std::size_t position = 0; position < bytes.size();) {
        const Sequence sequence = sequenceAt(bytes, position);
        text += sequence.valid ? bytes.substr(position, sequence.length) : "\xEF\xBF\xBD";
        position += sequence.length;
    }
    return text;
}

bool isAscii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return (c & 0x80) == 0; });
}

bool isWhitespace(char32_t codePoint)
{
    return (codePoint >= 0x09 && codePoint <= 0x0D) || codePoint == 0x20 || codePoint == 0x85 ||
           codePoint == 0xA0 || codePoint == 0x1680 ||
           (codePoint >= 0x2000 && codePoint <= 0x200A) || codePoint == 0x2028 ||
           codePoint == 0x2029 || codePoint == 0x202F || codePoint == 0x205F || codePoint == 0x3000;
}

bool isNumeric(char32_t codePoint)
{
    const auto category = categoryOf(codePoint);
    return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

bool isPunctuation(char32_t codePoint)
{
    if (codePoint < 0x80) {
        return codePoint > 0x20 && codePoint < 0x7F && !(codePoint >= '0' && codePoint <= '9') &&
               !(codePoint >= 'A' && codePoint <= 'Z') && !(codePoint >= 'a' && codePoint <= 'z');
    }
    const auto category = categoryOf(codePoint);
    return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

bool isMark(char32_t codePoint)
{
    const auto category = categoryOf(codePoint);
    return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

bool isNonspacingMark(char32_t codePoint)
{
    return codePoint >= 0x80 && categoryOf(codePoint) == UTF8PROC_CATEGORY_MN;
}

bool isOther(char32_t codePoint)
{
    if (codePoint < 0x7F) {
        return codePoint < 0x20;
    }
    return categoryOf(codePoint) >= UTF8PROC_CATEGORY_CC;
}

bool isChinese(char32_t codePoint)
{
    return (codePoint >= 0x4E00 && codePoint <= 0x9FFF) ||
           (codePoint >= 0x3400 && codePoint <= 0x4DBF) ||
           (codePoint >= 0x20000 && codePoint <= 0x2A6DF) ||
           (codePoint >= 0x2A700 && codePoint <= 0x2B73F) ||
           (codePoint >= 0x2B740 && codePoint <= 0x2B81F) ||
           (codePoint >= 0x2B920 && codePoint <= 0x2CEAF) ||
           (codePoint >= 0xF900 && codePoint <= 0xFAFF) ||
           (codePoint >= 0x2F800 && codePoint <= 0x2FA1F);
}

bool isWordPart(char32_t codePoint)
{
    // Circled and squared letters count as letters although their category is "other symbol".
    if ((codePoint >= 0x24B6 && codePoint <= 0x24E9) ||
        (codePoint >= 0x1F130 && codePoint <= 0x1F149) ||
        (codePoint >= 0x1F150 && codePoint <= 0x1F169) ||
        (codePoint >= 0x1F170 && codePoint <= 0x1F189)) {
        return true;
    }
    const auto category = categoryOf(codePoint);
    const bool joiner = codePoint == 0x200C || codePoint == 0x200D;
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NL) ||
           category == UTF8PROC_CATEGORY_PC || joiner;
}

} // namespace espalier
