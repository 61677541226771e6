// SPDX-License-Identifier: GPL-3.0-or-later
// BpeModel as SentencePiece does it: merges follow from the scores of the pieces.
#include "core/tokenizer/BpeModel.h"
#include "core/tokenizer/Utf8.h"

#include <algorithm>

namespace espalier {

BpeModel::BpeModel(const ScoredPieces& pieces, const Vocabulary& vocabulary)
    : m_vocabulary(vocabulary)
    , m_unknown(vocabulary.textOf(pieces.unknown))
    , m_byteFallback(pieces.byteFallback)
    , m_unknowns(Unknowns::AtTheEnd)
    , m_byteIds(byteTokenIds(vocabulary))
{
    std::vector<float> scores = pieces.scores;
    std::ranges::sort(scores, std::greater<>());
    std::unordered_map<float, std::int32_t> ranks; // equal scores have one rank
    for (const float score : scores) {
        ranks.try_emplace(score, static_cast<std::int32_t>(ranks.size()));
    }
    for (std::size_t id = 0; id < pieces.scores.size(); ++id) {
        if (pieces.joinable[id]) {
            addScoredMerges(pieces, static_cast<std::int32_t>(id), ranks);
        }
    }
}

/// A piece that may be joined, or a character that is no piece itself.
std::int32_t BpeModel::partId(const ScoredPieces& pieces, std::string_view text)
{
    const auto id = m_vocabulary.modelIdOf(text);
    if (id && static_cast<std::size_t>(*id) < pieces.joinable.size() &&
        pieces.joinable[static_cast<std::size_t>(*id)]) {
        return *id;
    }
    if (characterEnd(text, 0) != text.size()) {
        return -1;
    }
    const auto next = m_vocabulary.size() + static_cast<std::int32_t>(m_loose.size());
    return m_loose.try_emplace(std::string(text), next).first->second;
}

void BpeModel::addScoredMerges(const ScoredPieces& pieces, std::int32_t id,
                               const std::unordered_map<float, std::int32_t>& ranks)
{
    const std::string_view piece = m_vocabulary.textOf(id);
    const std::int32_t rank = ranks.at(pieces.scores[static_cast<std::size_t>(id)]);
    for (std::size_t at = piece.empty() ? 0 : characterEnd(piece, 0); at < piece.size();
         at = characterEnd(piece, at)) {
        const std::string_view left = piece.substr(0, at), right = piece.substr(at);
        const std::int32_t leftId = partId(pieces, left);
        const std::int32_t rightId = leftId < 0 ? -1 : partId(pieces, right);
        if (rightId >= 0) {
            m_merges[pairOf(leftId, rightId)] = {rank, id};
            addTouching(left, right);
        }
    }
}

std::vector<BpeModel::Symbol> BpeModel::looseSymbolsOf(std::string_view word) const
{
    std::vector<Symbol> symbols;
    symbols.reserve(word.size());
    for (std::size_t at = 0; at < word.size();) {
        const std::size_t begin = at;
        nextCodePoint(word, at);
        const std::string_view character = word.substr(begin, at - begin);
        Symbol symbol{.id = m_vocabulary.modelIdOf(character).value_or(-1),
                      .begin = static_cast<std::int32_t>(begin),
                      .end = static_cast<std::int32_t>(at)};
        if (symbol.id < 0 && !m_loose.empty()) {
            const auto found = m_loose.find(std::string(character));
            symbol.id = found == m_loose.end() ? -1 : found->second;
        }
        symbols.push_back(symbol);
    }
    return symbols;
}

/// Neighbouring characters without a piece are one unknown token, or each is spelled in bytes.
void BpeModel::putWithUnknowns(const std::vector<Symbol>& symbols, std::string_view word,
                               const TokenSink& sink) const
{
    std::optional<Symbol> waiting;
    const auto put = [&](const Symbol& symbol) {
        sink.add(symbol.id, static_cast<std::size_t>(symbol.begin),
                 static_cast<std::size_t>(symbol.end));
    };
    const auto flush = [&] {
        std::vector<Symbol> bytes;
        if (waiting && m_byteFallback && addBytes(bytes, word, *waiting)) {
            std::ranges::for_each(bytes, put);
        } else if (waiting) {
            waiting->id = unknownSymbol(word).id;
            put(*waiting);
        }
        waiting.reset();
    };
    for (const Symbol& symbol : symbols) {
        if (symbol.gone) {
            continue;
        }
        if (symbol.id >= 0 && symbol.id < m_vocabulary.size()) {
            flush();
            put(symbol);
            continue;
        }
        const std::int32_t begin = waiting ? waiting->begin : symbol.begin;
        waiting = symbol;
        waiting->begin = begin;
    }
    flush();
}

} // namespace espalier
