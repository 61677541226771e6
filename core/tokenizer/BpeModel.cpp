// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/BpeModel.h"

#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/Utf8.h"

#include <queue>

#include <algorithm>

namespace espalier {

namespace {

struct Candidate {
    std::int32_t rank = 0;
    std::int32_t position = 0;
    std::int32_t joined = 0;

    bool operator<(const Candidate& other) const // std::priority_queue gives the largest first
    {
        return rank != other.rank ? rank > other.rank : position > other.position;
    }
};

} // namespace

BpeModel::BpeModel(const JsonPart& part, const Vocabulary& vocabulary)
    : m_vocabulary(vocabulary)
    , m_prefix(part.text("continuing_subword_prefix", ""))
    , m_suffix(part.text("end_of_word_suffix", ""))
    , m_unknown(part.text("unk_token", ""))
    , m_fuseUnknown(part.flag("fuse_unk", false))
    , m_ignoreMerges(part.flag("ignore_merges", false))
    , m_byteFallback(part.flag("byte_fallback", false))
    , m_byteIds(byteTokenIds(vocabulary))
{
    // "dropout" is for training: the same text must give the same ids each time.
    readMerges(part);
}

std::uint64_t BpeModel::pairOf(std::int32_t left, std::int32_t right)
{
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
           static_cast<std::uint32_t>(right);
}

void BpeModel::readMerges(const JsonPart& part)
{
    const Json& merges = part.list("merges");
    m_merges.reserve(merges.size());
    std::int32_t rank = 0;
    for (const Json& merge : merges) {
        if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
            addMerge(part, merge[0].get_ref<const std::string&>(),
                     merge[1].get_ref<const std::string&>(), rank++);
            continue;
        }
        const std::string_view line =
            merge.is_string() ? std::string_view(merge.get_ref<const std::string&>()) : "";
        if (line.starts_with("#version")) {
            continue;
        }
        const std::size_t space = line.find(' ');
        if (space == std::string_view::npos ||
            line.find(' ', space + 1) != std::string_view::npos) {
            part.corrupt("has merge " + std::to_string(rank) + ", " + compactText(merge) +
                         ", that is not two tokens");
        }
        addMerge(part, line.substr(0, space), line.substr(space + 1), rank++);
    }
}

void BpeModel::addMerge(const JsonPart& part, std::string_view left, std::string_view right,
                        std::int32_t rank)
{
    const std::string joined =
        std::string(left) + std::string(right.substr(std::min(m_prefix.size(), right.size())));
    const auto idOf = [&](std::string_view token) {
        const auto id = m_vocabulary.modelIdOf(token);
        if (!id) {
            part.corrupt("has merge " + std::to_string(rank) + " of " +
                         compactText(std::string(left)) + " and " +
                         compactText(std::string(right)) + ", but " +
                         compactText(std::string(token)) + " is not in the vocabulary");
        }
        return *id;
    };
    const std::int32_t leftId = idOf(left),
                       rightId = idOf(right); // the first that is missing is told
    m_merges[pairOf(leftId, rightId)] = {rank, idOf(joined)};
    addTouching(left, right);
}

void BpeModel::addTouching(std::string_view left, std::string_view right)
{
    if (!left.empty() && !right.empty()) {
        std::size_t start = 0;
        m_touching.insert(static_cast<std::uint64_t>(lastCodePoint(left)) << 32 |
                          nextCodePoint(right, start));
    }
}

/// Puts the unknown token that is waiting, if any, into its place.
void BpeModel::addUnknown(std::vector<Symbol>& symbols, std::optional<Symbol>& waiting) const
{
    if (waiting) {
        symbols.push_back(*waiting);
        waiting.reset();
    }
}

bool BpeModel::addBytes(std::vector<Symbol>& symbols, std::string_view word, Symbol where) const
{
    const auto idAt = [&](std::int32_t at) {
        return m_byteIds[static_cast<unsigned char>(word[static_cast<std::size_t>(at)])];
    };
    for (std::int32_t at = where.begin; at < where.end; ++at) {
        if (idAt(at) < 0) {
            return false;
        }
    }
    for (std::int32_t at = where.begin; at < where.end; ++at) {
        symbols.push_back({.id = idAt(at), .begin = at, .end = at + 1});
    }
    return true;
}

BpeModel::Symbol BpeModel::unknownSymbol(std::string_view character) const
{
    const auto id = m_vocabulary.modelIdOf(m_unknown);
    if (!id) {
        throw Error(ErrorCode::InvalidInput,
                    "The text has \"" + std::string(character) +
                        "\", for which the tokenizer has no token, and its unknown token " +
                        m_unknown + " is not in the vocabulary either.");
    }
    return {.id = *id};
}

std::vector<BpeModel::Symbol> BpeModel::symbolsOf(std::string_view word) const
{
    std::vector<Symbol> symbols;
    symbols.reserve(word.size());
    std::optional<Symbol> waiting; // unknown: the next one may be fused with it
    std::string decorated;
    for (std::size_t position = 0; position < word.size();) {
        const std::size_t begin = position;
        nextCodePoint(word, position);
        Symbol symbol{.begin = static_cast<std::int32_t>(begin),
                      .end = static_cast<std::int32_t>(position)};
        std::string_view character = word.substr(begin, position - begin);
        if (!m_prefix.empty() || !m_suffix.empty()) {
            decorated = begin > 0 ? m_prefix : "";
            decorated += character;
            decorated += position == word.size() ? m_suffix : "";
            character = decorated;
        }
        if (const auto id = m_vocabulary.modelIdOf(character)) {
            addUnknown(symbols, waiting);
            symbol.id = *id;
            symbols.push_back(symbol);
        } else if (m_byteFallback && addBytes(symbols, word, symbol)) {
            continue;
        } else if (!m_unknown.empty()) {
            if (!m_fuseUnknown) {
                addUnknown(symbols, waiting);
            }
            symbol.id = unknownSymbol(character).id;
            symbol.begin = waiting ? waiting->begin : symbol.begin;
            waiting = symbol;
        }
    }
    addUnknown(symbols, waiting);
    return symbols;
}

void BpeModel::mergeAll(std::vector<Symbol>& symbols) const
{
    std::priority_queue<Candidate> queue;
    const auto offer = [&](std::int32_t left, std::int32_t right) {
        const auto found = m_merges.find(pairOf(symbols[static_cast<std::size_t>(left)].id,
                                                symbols[static_cast<std::size_t>(right)].id));
        if (found != m_merges.end()) {
            queue.push({found->second.rank, left, found->second.joined});
        }
    };
    const auto count = static_cast<std::int32_t>(symbols.size());
    for (std::int32_t i = 0; i < count; ++i) {
        symbols[static_cast<std::size_t>(i)].previous = i - 1;
        symbols[static_cast<std::size_t>(i)].next = i + 1 < count ? i + 1 : -1;
    }
    for (std::int32_t i = 0; i + 1 < count; ++i) {
        offer(i, i + 1);
    }
    while (!queue.empty()) {
        const Candidate best = queue.top();
        queue.pop();
        Symbol& left = symbols[static_cast<std::size_t>(best.position)];
        if (left.gone || left.next < 0) {
            continue;
        }
        Symbol& right = symbols[static_cast<std::size_t>(left.next)];
        const auto found = m_merges.find(pairOf(left.id, right.id));
        if (found == m_merges.end() || found->second.joined != best.joined) {
            continue; // one of the two was joined with something else meanwhile
        }
        left.id = best.joined;
        left.end = right.end;
        left.next = right.next;
        right.gone = true;
        if (left.next >= 0) {
            symbols[static_cast<std::size_t>(left.next)].previous = best.position;
            offer(best.position, left.next);
        }
        if (left.previous >= 0) {
            offer(left.previous, best.position);
        }
    }
}

bool BpeModel::isWholeToken(std::string_view word) const
{
    return m_ignoreMerges && m_vocabulary.modelIdOf(word);
}

void BpeModel::encode(std::string_view word, const TokenSink& sink) const
{
    if (isWholeToken(word)) {
        sink.add(*m_vocabulary.modelIdOf(word), 0, word.size());
        return;
    }
    const bool loose = m_unknowns == Unknowns::AtTheEnd;
    std::vector<Symbol> symbols = loose ? looseSymbolsOf(word) : symbolsOf(word);
    mergeAll(symbols);
    if (loose) {
        putWithUnknowns(symbols, word, sink);
        return;
    }
    for (const Symbol& symbol : symbols) {
        if (!symbol.gone) {
            sink.add(symbol.id, static_cast<std::size_t>(symbol.begin),
                     static_cast<std::size_t>(symbol.end));
        }
    }
}

// Merges on the two sides of a cut do not see each other, so the ids stay the same.
std::vector<std::string_view> BpeModel::independentParts(std::string_view word) const
{
    // With ignore_merges a part could be a token that the merges never make.
    if (!m_prefix.empty() || !m_suffix.empty() || m_ignoreMerges) {
        return {word};
    }
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    std::uint64_t before = 0;
    bool knownBefore = false;
    for (std::size_t position = 0; position < word.size();) {
        const std::size_t at = position;
        const std::uint64_t character = nextCodePoint(word, position);
        const bool known = m_vocabulary.modelIdOf(word.substr(at, position - at)).has_value();
        // Unknown characters may be fused, or spelled in byte tokens with merges of their own.
        if (known && knownBefore && !m_touching.contains(before << 32 | character)) {
            parts.push_back(word.substr(begin, at - begin));
            begin = at;
        }
        before = character;
        knownBefore = known;
    }
    parts.push_back(word.substr(begin));
    return parts;
}

} // namespace espalier
