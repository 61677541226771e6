// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/Encoding.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

class JsonPart;
class Normalizer;

/// A token that is looked for in the text before everything else.
struct AddedToken {
    std::int32_t id = 0;
    std::string content = {};
    bool singleWord = false; // only where no letter or digit touches it
    bool lstrip = false;     // takes the blanks to its left
    bool rstrip = false;
    bool normalized = false; // looked for in the normalized text
    bool special = false;    // left out of decoded text
};

AddedToken addedTokenFrom(const JsonPart& part);

/// Finds some added tokens in text: the leftmost, and of those the longest.
class AddedTokenFinder {
public:
    struct Found {
        std::string_view text = {};
        bool atStart = false;
        std::int32_t id = kText; // the token, or kText: text between tokens
    };

    static constexpr std::int32_t kText = -1;

    AddedTokenFinder() = default;
    /// `normalizer` (may be null) is applied to what is looked for.
    AddedTokenFinder(std::vector<AddedToken> tokens, const Normalizer* normalizer);

    /// Cuts `text`; stretches without a token are never empty.
    std::vector<Found> find(std::string_view text, bool atStart,
                            SpecialText special = SpecialText::AsToken) const;

private:
    struct Entry {
        AddedToken token;
        std::string pattern;
    };

    const Entry* longestAt(std::string_view text, std::size_t position, SpecialText special) const;

    std::array<std::vector<Entry>, 256> m_byFirstByte = {}; // longest first
    bool m_empty = true;
};

} // namespace espalier
