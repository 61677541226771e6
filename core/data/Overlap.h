// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace espalier {

using TokenList = std::vector<std::int32_t>;

struct OverlapOptions {
    std::int64_t length = 13; // tokens of an n-gram; 13 as in Brown et al. 2020, appendix C
    std::size_t examples = 5; // how many places are told
};

/// One n-gram that stands in both, by the places of lists and of its first token in them.
struct OverlapExample {
    std::size_t evaluationList = 0, evaluationPosition = 0;
    std::size_t trainingList = 0, trainingPosition = 0; // where it comes first
    TokenList tokens = {};
};

struct Overlap {
    std::int64_t length = 0;
    std::int64_t ngrams = 0;                   // of the evaluation lists, each place counted
    std::int64_t found = 0;                    // of these, those that stand in a training list too
    std::int64_t lists = 0;                    // evaluation lists of at least one n-gram
    std::int64_t listsFound = 0;               // of these, those with one found or more
    std::vector<OverlapExample> examples = {}; // the first, in the order of the evaluation lists

    double share() const
    {
        return ngrams == 0 ? 0.0 : static_cast<double>(found) / static_cast<double>(ngrams);
    }
};

/// Which n-grams of evaluation lists stand in training lists. None reaches over the end of a list;
/// shorter lists have none. A rolling hash finds candidates and the tokens themselves decide, so
/// all counts are exact. Time grows with the number of tokens, memory with those of the evaluation
/// lists. Throws InvalidInput for a length below 1 and where no evaluation list is long enough.
ESPALIER_API Overlap findOverlap(std::span<const TokenList> training,
                                 std::span<const TokenList> evaluation,
                                 const OverlapOptions& options = {});

} // namespace espalier
