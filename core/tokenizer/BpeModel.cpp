// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/BpeModel.h"

#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/Utf8.h"

#include <queue>

#include <cstdio>
#include <limits>

namespace espalier {

namespace {

constexpr std::size_t kLongestKeptWord = 256; // bytes; longer ones hardly come again
constexpr std::size_t kLongWord = 64;         // bytes; from here on cutting first pays

struct Candidate {
    std::int32_t rank = 0;
    std::int32_t position = 0;
    std::int32_t joined = 0;

    bool operator<(const Candidate& other) const // std::priority_queue gives the largest first
    {
        return rank != other.rank ? rank > other.rank : position > other.position;
    }
};

std::string byteToken(unsigned byte)
{
    char text[8];
    std::snprintf(text, sizeof text, "<0x%02X>", byte);
    return text;
}

} // namespace

BpeModel::BpeModel(const JsonPart& part, const Vocabulary& vocabulary)
    : m_vocabulary(vocabulary)
    , m_prefix(part.text("continuing_subword_prefix", ""))
    , m_suffix(part.text("end_of_word_suffix", ""))
    , m_unknown(part.text("unk_token", ""))
    , m_fuseUnknown(part.flag("fuse_unk", false))
    , m_ignoreMerges(part.flag("ignore_merges", false))
    , m_byteFallback(part.flag("byte_fallback", false))
{
    if (part.has("dropout") && part.value()["dropout"] != 0) {
        part.unsupported("dropout"); // the same text would give other ids each time
    }
    for (unsigned byte = 0; byte < 256; ++byte) {
        m_byteIds[byte] = vocabulary.modelIdOf(byteToken(byte)).value_or(-1);
    }
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
    if (!left.empty() && !right.empty()) {
        std::size_t start = 0;
        m_touching.insert(static_cast<std::uint64_t>(lastCodePoint(left)) << 32 |
                          nextCodePoint(right, start));
    }
}

/// Puts the unknown token that is waiting, if any, into its place.
void BpeModel::addUnknown(std::vector<Symbol>& symbols, std::optional<std::int32_t>& waiting) const
{
    if (waiting) {
        symbols.push_back({*waiting});
        waiting.reset();
    }
}

bool BpeModel::addBytes(std::vector<Symbol>& symbols, std::string_view character) const
{
    for (const char byte : character) {
        if (m_byteIds[static_cast<unsigned char>(byte)] < 0) {
            return false;
        }
    }
    for (const char byte : character) {
        symbols.push_back({m_byteIds[static_cast<unsigned char>(byte)]});
    }
    return true;
}

std::vector<BpeModel::Symbol> BpeModel::symbolsOf(std::string_view word) const
{
    std::vector<Symbol> symbols;
    symbols.reserve(word.size());
    std::optional<std::int32_t> waiting; // unknown: the next one may be fused with it
    std::string decorated;
    for (std::size_t position = 0; position < word.size();) {
        const std::size_t begin = position;
        nextCodePoint(word, position);
        std::string_view character = word.substr(begin, position - begin);
        if (!m_prefix.empty() || !m_suffix.empty()) {
            decorated = begin > 0 ? m_prefix : "";
            decorated += character;
            decorated += position == word.size() ? m_suffix : "";
            character = decorated;
        }
        if (const auto id = m_vocabulary.modelIdOf(character)) {
            addUnknown(symbols, waiting);
            symbols.push_back({*id});
        } else if (m_byteFallback && addBytes(symbols, character)) {
            continue;
        } else if (!m_unknown.empty()) {
            if (!m_fuseUnknown) {
                addUnknown(symbols, waiting);
            }
            waiting = m_vocabulary.modelIdOf(m_unknown);
            if (!waiting) {
                throw Error(ErrorCode::InvalidInput,
                            "The text has \"" + std::string(character) +
                                "\", for which the tokenizer has no token, and its unknown token " +
                                m_unknown + " is not in the vocabulary either.");
            }
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

void BpeModel::encode(std::string_view word, std::vector<std::int32_t>& ids) const
{
    if (m_ignoreMerges) {
        if (const auto whole = m_vocabulary.modelIdOf(word)) {
            ids.push_back(*whole);
            return;
        }
    }
    std::vector<Symbol> symbols = symbolsOf(word);
    mergeAll(symbols);
    for (const Symbol& symbol : symbols) {
        if (!symbol.gone) {
            ids.push_back(symbol.id);
        }
    }
}

/// Cuts a word where no merge can reach across: between two characters that no merge ever brings
/// together. Merges on the two sides then do not see each other, so the ids stay the same, and the
/// parts are short and come again. A tokenizer without a pre-tokenizer (Llama 2) hands over the
/// whole text as one word.
std::vector<std::string_view> BpeModel::independentParts(std::string_view word) const
{
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

void BpeModel::Words::append(std::string_view word, std::vector<std::int32_t>& ids)
{
    if (word.size() < kLongWord || !m_model.m_prefix.empty() || !m_model.m_suffix.empty()) {
        appendKept(word, ids);
        return;
    }
    if (m_model.m_ignoreMerges) {
        if (const auto whole = m_model.m_vocabulary.modelIdOf(word)) {
            ids.push_back(*whole);
            return;
        }
    }
    for (const std::string_view part : m_model.independentParts(word)) {
        appendKept(part, ids);
    }
}

void BpeModel::Words::appendKept(std::string_view word, std::vector<std::int32_t>& ids)
{
    if (word.size() > kLongestKeptWord) {
        m_model.encode(word, ids);
        return;
    }
    const auto [found, fresh] = m_stored.try_emplace(word);
    if (fresh) {
        found->second.begin = m_ids.size();
        m_model.encode(word, m_ids);
        found->second.count = m_ids.size() - found->second.begin;
    }
    const auto begin = m_ids.begin() + static_cast<std::ptrdiff_t>(found->second.begin);
    ids.insert(ids.end(), begin, begin + static_cast<std::ptrdiff_t>(found->second.count));
}

} // namespace espalier
