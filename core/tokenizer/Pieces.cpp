// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Pieces.h"

#include <algorithm>

namespace espalier {

namespace {

/// Joins each span to the one before it where `joins(previous span was a match, this one)` says so.
/// `grow` widens the span that stays.
template <class Iterator, class Joins, class Grow>
std::vector<Span> joined(Iterator begin, Iterator end, const Joins& joins, const Grow& grow)
{
    std::vector<Span> result;
    bool previousMatch = false;
    for (Iterator span = begin; span != end; ++span) {
        if (!result.empty() && joins(previousMatch, span->match)) {
            grow(result.back(), *span);
        } else {
            result.push_back(*span);
        }
        previousMatch = span->match;
    }
    return result;
}

std::vector<Span> mergedSpans(const std::vector<Span>& spans, Cut cut)
{
    const auto alone = [](bool previous, bool match) { return match && !previous; };
    const auto same = [](bool previous, bool match) { return match == previous; };
    const auto right = [](Span& kept, const Span& next) { kept.end = next.end; };
    const auto left = [](Span& kept, const Span& next) { kept.begin = next.begin; };
    if (cut == Cut::MergedWithPrevious) {
        return joined(spans.begin(), spans.end(), alone, right);
    }
    if (cut == Cut::Contiguous) {
        return joined(spans.begin(), spans.end(), same, right);
    }
    auto result = joined(spans.rbegin(), spans.rend(), alone, left);
    std::ranges::reverse(result);
    return result;
}

} // namespace

void addCut(Pieces& pieces, const Piece& piece, std::vector<Span>& spans, Cut cut)
{
    if (cut != Cut::Isolated && cut != Cut::Removed) {
        spans = mergedSpans(spans, cut);
    }
    for (const Span& span : spans) {
        if (cut != Cut::Removed || !span.match) {
            pieces.add(piece.part(span.begin, span.end));
        }
    }
    spans.clear();
}

} // namespace espalier
