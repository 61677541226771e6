// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Cutting.h"

namespace espalier {

void cutByPattern(Pieces& pieces, const Regex& pattern, Cut cut, Matches matches)
{
    const bool inside = matches == Matches::AsFound;
    Regex::Search search(pattern);
    std::vector<Span> spans;
    for (const Piece& piece : pieces.takeList()) {
        std::size_t done = 0;
        search.start(piece.text);
        while (const auto match = search.next()) {
            if (match->begin > done) {
                spans.push_back({done, match->begin, !inside});
            }
            spans.push_back({match->begin, match->end, inside});
            done = match->end;
        }
        if (done < piece.text.size()) {
            spans.push_back({done, piece.text.size(), !inside});
        }
        addCut(pieces, piece, spans, cut);
    }
}

} // namespace espalier
