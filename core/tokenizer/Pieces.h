// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/Regex.h"
#include "core/tokenizer/TrackedText.h"

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace espalier {

/// A stretch of text that is still to be cut, or a word that is ready for the model.
struct Piece {
    std::string_view text = {};
    bool atStart = false;               // where the whole text starts: Metaspace asks
    const ByteRange* origins = nullptr; // of each byte; null: not tracked

    /// Bytes [begin, end) of this piece.
    Piece part(std::size_t begin, std::size_t end) const
    {
        return {text.substr(begin, end - begin), atStart && begin == 0,
                origins == nullptr ? nullptr : origins + begin};
    }

    /// What a normalizer takes; put it back with Pieces::keep.
    TrackedText copy() const
    {
        return {std::string(text),
                origins == nullptr ? std::vector<ByteRange>()
                                   : std::vector<ByteRange>(origins, origins + text.size()),
                origins != nullptr};
    }
};

/// The pieces of one text and the buffers they point into. Empty pieces never enter.
class Pieces {
public:
    const std::vector<Piece>& list() const { return m_list; }

    void add(Piece piece)
    {
        if (!piece.text.empty()) {
            m_list.push_back(piece);
        }
    }

    /// A place for rewritten text that lives as long as the pieces.
    Piece keep(TrackedText text, bool atStart)
    {
        const TrackedText& kept = m_buffers.emplace_back(std::move(text));
        return {kept.text, atStart, kept.tracked ? kept.origins.data() : nullptr};
    }

    /// The pieces so far, which the caller turns into others.
    std::vector<Piece> takeList() { return std::exchange(m_list, {}); }

private:
    std::vector<Piece> m_list;
    std::deque<TrackedText> m_buffers; // a deque: growing leaves the texts where they are
};

/// What becomes of a match when a piece is cut there.
enum class Cut { Isolated = 1, Removed, MergedWithPrevious, MergedWithNext, Contiguous };

/// Adds `piece`, cut at the spans, to `pieces`. The spans cover the piece without gaps and are
/// spent.
void addCut(Pieces& pieces, const Piece& piece, std::vector<Span>& spans, Cut cut);

} // namespace espalier
