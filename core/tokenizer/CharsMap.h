// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// SentencePiece's "precompiled_charsmap": a double-array trie from byte sequences to what stands
/// in their place. Every step through it is checked, so a damaged one cannot lead outside.
class CharsMap {
public:
    struct Match {
        std::size_t length = 0; // bytes of the text
        std::string_view replacement = {};
    };

    /// Throws Corrupt with `where`.
    CharsMap(std::string_view blob, const std::string& where);

    /// What `text` begins with: the longest entry, or the shortest.
    std::optional<Match> longest(std::string_view text) const;
    std::optional<Match> shortest(std::string_view text) const;

private:
    template <class Found>
    void walk(std::string_view text, const Found& found) const;
    std::string_view replacementAt(std::size_t offset) const;

    std::vector<std::uint32_t> m_units;
    std::string m_replacements; // each ends with a zero byte
};

/// RFC 4648, with padding. Nothing when the text is something else.
std::optional<std::string> fromBase64(std::string_view text);

} // namespace espalier
