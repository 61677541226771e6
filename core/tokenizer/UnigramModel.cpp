// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/UnigramModel.h"

#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/Utf8.h"

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

constexpr std::string_view kMark = "\xE2\x96\x81"; // U+2581, which stands for a space
constexpr double kUnknownPenalty = 10.0;

} // namespace

UnigramModel::UnigramModel(UnigramPieces pieces, const Vocabulary& vocabulary)
    : m_pieces(std::move(pieces))
    , m_byteIds(byteTokenIds(vocabulary))
{
    std::vector<std::pair<std::string_view, std::int32_t>> keys;
    for (std::size_t id = 0; id < m_pieces.scores.size(); ++id) {
        const std::string& text = vocabulary.textOf(static_cast<std::int32_t>(id));
        if (text.empty() || (!m_pieces.usable.empty() && !m_pieces.usable[id])) {
            continue;
        }
        keys.emplace_back(text, static_cast<std::int32_t>(id));
        m_cutsAtMarks = m_cutsAtMarks && text.find(kMark, 1) == std::string::npos;
    }
    // Without a piece for the mark itself an unknown one would be fused with its neighbours.
    m_cutsAtMarks = m_cutsAtMarks && vocabulary.modelIdOf(kMark).has_value();
    m_trie = ByteTrie(std::move(keys));
}

std::vector<UnigramModel::Step> UnigramModel::bestSteps(std::string_view word) const
{
    std::vector<Step> steps(word.size() + 1);
    const auto offer = [&](std::size_t from, std::size_t to, std::int32_t id, double score) {
        Step& step = steps[to];
        const double total = steps[from].score + score;
        if (step.id == kUnreached || total > step.score) {
            step = {total, from, id};
        }
    };
    for (std::size_t begin = 0; begin < word.size();) {
        const std::size_t character = std::min(characterEnd(word, begin), word.size());
        bool single = false; // the character is a piece
        std::int32_t node = ByteTrie::kRoot;
        for (std::size_t at = begin; at < word.size();) {
            node = m_trie.step(node, word[at++]);
            if (node < 0) {
                break;
            }
            if (const std::int32_t id = m_trie.valueAt(node); id >= 0) {
                offer(begin, at, id, m_pieces.scores[static_cast<std::size_t>(id)]);
                single = single || at == character;
            }
        }
        if (!single) {
            offer(begin, character, kUnknown, m_pieces.unknownScore);
        }
        begin = character;
    }
    return steps;
}

void UnigramModel::encode(std::string_view word, const TokenSink& sink) const
{
    const std::vector<Step> steps = bestSteps(word);
    std::vector<std::size_t> ends; // last first
    for (std::size_t end = word.size(); end > 0; end = steps[end].from) {
        ends.push_back(end);
    }
    std::optional<ByteRange> unknown; // waits for its neighbours
    const auto flush = [&] {
        if (unknown) {
            addUnknown(word, *unknown, sink);
            unknown.reset();
        }
    };
    for (auto end = ends.rbegin(); end != ends.rend(); ++end) {
        const Step& step = steps[*end];
        // A piece of the vocabulary that is the unknown token counts as unknown as well.
        if (step.id != kUnknown && step.id != m_pieces.unknown) {
            flush();
            sink.add(step.id, step.from, *end);
            continue;
        }
        if (!m_pieces.fuseUnknown) {
            flush();
        }
        unknown = {unknown ? unknown->begin : step.from, *end};
    }
    flush();
}

void UnigramModel::addUnknown(std::string_view word, ByteRange where, const TokenSink& sink) const
{
    const std::string_view text = word.substr(where.begin, where.end - where.begin);
    const auto idOf = [this](char byte) { return m_byteIds[static_cast<unsigned char>(byte)]; };
    if (m_pieces.byteFallback &&
        std::ranges::all_of(text, [&](char byte) { return idOf(byte) >= 0; })) {
        for (std::size_t i = 0; i < text.size(); ++i) {
            sink.add(idOf(text[i]), where.begin + i, where.begin + i + 1);
        }
        return;
    }
    if (!m_pieces.unknown) {
        throw Error(ErrorCode::InvalidInput,
                    "The text has \"" + std::string(text.substr(0, 100)) +
                        "\", for which the tokenizer has no piece, and it has no unknown token "
                        "either. Use a tokenizer that covers the text.");
    }
    sink.add(*m_pieces.unknown, where.begin, where.end);
}

std::vector<std::string_view> UnigramModel::independentParts(std::string_view word) const
{
    if (!m_cutsAtMarks) {
        return {word};
    }
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    for (std::size_t at = word.find(kMark, 1); at != std::string_view::npos;
         at = word.find(kMark, at + 1)) {
        parts.push_back(word.substr(begin, at - begin));
        begin = at;
    }
    parts.push_back(word.substr(begin));
    return parts;
}

std::unique_ptr<TokenModel> makeUnigram(const JsonPart& part, const Vocabulary& vocabulary)
{
    UnigramPieces pieces;
    pieces.byteFallback = part.flag("byte_fallback", false);
    double lowest = 0;
    for (const Json& piece : part.list("vocab")) { // Vocabulary has checked the form
        pieces.scores.push_back(piece[1].get<double>());
        if (!std::isfinite(pieces.scores.back())) {
            part.corrupt("has the piece " + compactText(piece[0]) +
                         " with a score that is no number");
        }
        lowest = pieces.scores.size() == 1 ? pieces.scores.back()
                                           : std::min(lowest, pieces.scores.back());
    }
    pieces.unknownScore = lowest - kUnknownPenalty;
    if (part.has("unk_id")) {
        const std::int64_t id = part.integer("unk_id");
        if (id < 0 || id >= static_cast<std::int64_t>(pieces.scores.size())) {
            part.corrupt("has the unk_id " + std::to_string(id) + " and " +
                         std::to_string(pieces.scores.size()) + " pieces");
        }
        pieces.unknown = static_cast<std::int32_t>(id);
    }
    return std::make_unique<UnigramModel>(std::move(pieces), vocabulary);
}

} // namespace espalier
