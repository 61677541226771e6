// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/ByteTrie.h"
#include "core/tokenizer/TokenModel.h"
#include "core/tokenizer/Vocabulary.h"

namespace espalier {

/// Which pieces may be used, and for how much.
struct UnigramPieces {
    std::vector<double> scores = {}; // by id
    std::vector<bool> usable = {};   // by id; empty: all
    std::optional<std::int32_t> unknown = {};
    double unknownScore = 0; // of one unknown character
    bool fuseUnknown = true; // neighbouring unknown characters are one token
    bool byteFallback = false;
};

/// Of all ways to spell a word in pieces the one with the largest sum of scores (Viterbi, one
/// pass).
class UnigramModel : public TokenModel {
public:
    UnigramModel(UnigramPieces pieces, const Vocabulary& vocabulary);

    void encode(std::string_view word, const TokenSink& sink) const override;
    std::vector<std::string_view> independentParts(std::string_view word) const override;

private:
    struct Step { // the best way to reach a place
        double score = 0;
        std::size_t from = 0;
        std::int32_t id = kUnreached;
    };

    static constexpr std::int32_t kUnreached = -2;
    static constexpr std::int32_t kUnknown = -1;

    std::vector<Step> bestSteps(std::string_view word) const;
    void addUnknown(std::string_view word, ByteRange where, const TokenSink& sink) const;

    UnigramPieces m_pieces;
    ByteTrie m_trie;
    std::vector<std::int32_t> m_byteIds;
    bool m_cutsAtMarks = true; // no piece has U+2581 but at its start
};

std::unique_ptr<TokenModel> makeUnigram(const JsonPart& part, const Vocabulary& vocabulary);

} // namespace espalier
