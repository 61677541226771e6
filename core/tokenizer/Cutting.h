// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/Pieces.h"
#include "core/tokenizer/Utf8.h"

namespace espalier {

enum class Matches { AsFound = 1, Inverted };

/// Cuts every piece at the matches of a pattern.
void cutByPattern(Pieces& pieces, const Regex& pattern, Cut cut, Matches matches);

/// Cuts every piece at each code point of a class.
template <class Belongs>
void cutByClass(Pieces& pieces, const Belongs& belongs, Cut cut)
{
    std::vector<Span> spans;
    for (const Piece& piece : pieces.takeList()) {
        std::size_t done = 0;
        for (std::size_t position = 0; position < piece.text.size();) {
            const std::size_t begin = position;
            if (!belongs(nextCodePoint(piece.text, position))) {
                continue;
            }
            if (begin > done) {
                spans.push_back({done, begin, false});
            }
            spans.push_back({begin, position, true});
            done = position;
        }
        if (done < piece.text.size()) {
            spans.push_back({done, piece.text.size(), false});
        }
        addCut(pieces, piece, spans, cut);
    }
}

} // namespace espalier
