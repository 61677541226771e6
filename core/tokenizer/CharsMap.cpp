// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/CharsMap.h"

#include "core/base/Error.h"
#include "core/tokenizer/Utf8.h"

namespace espalier {

namespace {

// A unit of the double array (Darts-clone, which SentencePiece writes).
constexpr std::uint32_t kIsValue = 1u << 31;

std::uint32_t labelOf(std::uint32_t unit)
{
    return unit & (kIsValue | 0xFFu);
}

std::uint32_t offsetOf(std::uint32_t unit)
{
    return (unit >> 10) << ((unit & (1u << 9)) >> 6);
}

bool hasValue(std::uint32_t unit)
{
    return ((unit >> 8) & 1u) != 0;
}

std::uint32_t littleEndian(std::string_view bytes, std::size_t at)
{
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) {
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    }
    return value;
}

int base64Value(char c)
{
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t found = kDigits.find(c);
    return found == std::string_view::npos ? -1 : static_cast<int>(found);
}

} // namespace

CharsMap::CharsMap(std::string_view blob, const std::string& where)
{
    const std::uint32_t trieBytes = blob.size() < 4 ? 0 : littleEndian(blob, 0);
    if (blob.size() < 8 || trieBytes < 4 || trieBytes % 4 != 0 || trieBytes > blob.size() - 4) {
        throw Error(ErrorCode::Corrupt,
                    where + " has a map of characters of " + std::to_string(blob.size()) +
                        " bytes that gives its trie " + std::to_string(trieBytes) +
                        " bytes. Copy the file again from where the model came from.");
    }
    m_units.reserve(trieBytes / 4);
    for (std::size_t at = 4; at < std::size_t(4) + trieBytes; at += 4) {
        m_units.push_back(littleEndian(blob, at));
    }
    m_replacements = blob.substr(std::size_t(4) + trieBytes);
    if (const auto position = firstInvalidByte(m_replacements)) {
        throw Error(ErrorCode::Corrupt,
                    where + " has a map of characters whose replacements are not UTF-8 at byte " +
                        std::to_string(*position) +
                        ". Copy the file again from where the model came from.");
    }
}

template <class Found>
void CharsMap::walk(std::string_view text, const Found& found) const
{
    std::size_t node = offsetOf(m_units[0]);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        node ^= byte;
        if (node >= m_units.size() || labelOf(m_units[node]) != byte) {
            return;
        }
        const std::uint32_t unit = m_units[node];
        node ^= offsetOf(unit);
        if (hasValue(unit)) {
            if (node >= m_units.size()) {
                return;
            }
            if (!found(i + 1, m_units[node] & ~kIsValue)) {
                return;
            }
        }
    }
}

std::string_view CharsMap::replacementAt(std::size_t offset) const
{
    const bool inside = offset < m_replacements.size() &&
                        (static_cast<unsigned char>(m_replacements[offset]) & 0xC0u) == 0x80;
    if (offset >= m_replacements.size() || inside) {
        return {};
    }
    const std::size_t end = m_replacements.find('\0', offset);
    return std::string_view(m_replacements)
        .substr(offset, end == std::string::npos ? end : end - offset);
}

std::optional<CharsMap::Match> CharsMap::longest(std::string_view text) const
{
    std::optional<Match> match;
    std::size_t value = 0;
    walk(text, [&](std::size_t length, std::size_t offset) {
        match = Match{length, {}};
        value = offset;
        return true;
    });
    if (match) {
        match->replacement = replacementAt(value);
    }
    return match;
}

std::optional<CharsMap::Match> CharsMap::shortest(std::string_view text) const
{
    std::optional<Match> match;
    walk(text, [&](std::size_t length, std::size_t offset) {
        match = Match{length, replacementAt(offset)};
        return false;
    });
    return match;
}

std::optional<std::string> fromBase64(std::string_view text)
{
    if (text.size() % 4 != 0) {
        return {};
    }
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t at = 0; at < text.size(); at += 4) {
        const bool last = at + 4 == text.size();
        const int padding = !last ? 0 : text[at + 2] == '=' ? 2 : text[at + 3] == '=' ? 1 : 0;
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const bool skipped = static_cast<int>(i) >= 4 - padding;
            const int digit = skipped ? 0 : base64Value(text[at + i]);
            if (digit < 0 || (skipped && text[at + i] != '=')) {
                return {};
            }
            value = value << 6 | static_cast<std::uint32_t>(digit);
        }
        for (int i = 0; i < 3 - padding; ++i) {
            bytes += static_cast<char>(value >> (16 - 8 * i));
        }
    }
    return bytes;
}

} // namespace espalier
