// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/SentencePieceModels.h"

#include "core/base/Error.h"
#include "core/tokenizer/BpeModel.h"
#include "core/tokenizer/UnigramModel.h"

#include <algorithm>

namespace espalier {

namespace {

using Kind = SentencePieceFile::Kind;

constexpr double kUnknownPenalty = 10.0;

/// User-defined pieces are cut out first; what lies between them is joined on its own.
class BpeAroundUserDefined : public TokenModel {
public:
    BpeAroundUserDefined(std::unique_ptr<BpeModel> inner, ByteTrie userDefined)
        : m_inner(std::move(inner))
        , m_userDefined(std::move(userDefined))
    {
    }

    void encode(std::string_view word, const TokenSink& sink) const override
    {
        std::size_t done = 0;
        const auto between = [&](std::size_t end) {
            if (end == done) {
                return;
            }
            std::vector<ByteRange> spans;
            m_inner->encode(word.substr(done, end - done),
                            {sink.ids, sink.spans == nullptr ? nullptr : &spans});
            for (const ByteRange& span : spans) {
                sink.spans->push_back({span.begin + done, span.end + done});
            }
        };
        for (std::size_t at = 0; at < word.size();) {
            const std::size_t length = longestPrefix(m_userDefined, word.substr(at));
            if (length == 0) {
                ++at;
                continue;
            }
            between(at);
            sink.add(idOf(word.substr(at, length)), at, at + length);
            at += length;
            done = at;
        }
        between(word.size());
    }

    std::vector<std::string_view> independentParts(std::string_view word) const override
    {
        std::vector<std::string_view> parts;
        std::size_t done = 0;
        const auto between = [&](std::size_t end) {
            if (end > done) {
                const auto inner = m_inner->independentParts(word.substr(done, end - done));
                parts.insert(parts.end(), inner.begin(), inner.end());
            }
        };
        for (std::size_t at = 0; at < word.size();) {
            const std::size_t length = longestPrefix(m_userDefined, word.substr(at));
            if (length == 0) {
                ++at;
                continue;
            }
            between(at);
            parts.push_back(word.substr(at, length));
            at += length;
            done = at;
        }
        between(word.size());
        return parts;
    }

private:
    std::int32_t idOf(std::string_view text) const
    {
        std::int32_t node = ByteTrie::kRoot;
        for (const char byte : text) {
            node = m_userDefined.step(node, byte);
        }
        return m_userDefined.valueAt(node);
    }

    std::unique_ptr<BpeModel> m_inner;
    ByteTrie m_userDefined;
};

std::unique_ptr<TokenModel> bpeOf(const SentencePieceFile& file, const Vocabulary& vocabulary,
                                  const std::string& where)
{
    ScoredPieces pieces{file.scores, {}, file.unknown, file.byteFallback};
    for (std::int32_t id = 0; id < file.size(); ++id) {
        if (file.isKind(id, Kind::Unused)) {
            throw Error(ErrorCode::Unsupported,
                        where + " is a BPE model with unused pieces (\"" +
                            file.pieces[static_cast<std::size_t>(id)] +
                            "\"), which is not supported. Add the model's tokenizer.json.");
        }
        pieces.joinable.push_back(file.isKind(id, Kind::Normal) ||
                                  file.isKind(id, Kind::UserDefined));
    }
    auto model = std::make_unique<BpeModel>(pieces, vocabulary);
    ByteTrie userDefined = userDefinedOf(file);
    if (userDefined.empty()) {
        return model;
    }
    return std::make_unique<BpeAroundUserDefined>(std::move(model), std::move(userDefined));
}

std::unique_ptr<TokenModel> unigramOf(const SentencePieceFile& file, const Vocabulary& vocabulary)
{
    UnigramPieces pieces;
    double lowest = 0, highest = 0;
    bool seen = false;
    for (std::int32_t id = 0; id < file.size(); ++id) {
        const double score = file.scores[static_cast<std::size_t>(id)];
        if (file.isKind(id, Kind::Normal)) {
            lowest = seen ? std::min(lowest, score) : score;
            highest = seen ? std::max(highest, score) : score;
            seen = true;
        }
    }
    for (std::int32_t id = 0; id < file.size(); ++id) {
        const auto index = static_cast<std::size_t>(id);
        const bool userDefined = file.isKind(id, Kind::UserDefined);
        // A bonus by which user-defined pieces are always chosen.
        pieces.scores.push_back(userDefined
                                    ? static_cast<double>(file.pieces[index].size()) * highest - 0.1
                                    : static_cast<double>(file.scores[index]));
        pieces.usable.push_back(userDefined || file.isKind(id, Kind::Normal));
    }
    pieces.unknown = file.unknown;
    pieces.unknownScore = lowest - kUnknownPenalty;
    pieces.byteFallback = file.byteFallback;
    return std::make_unique<UnigramModel>(std::move(pieces), vocabulary);
}

} // namespace

ByteTrie userDefinedOf(const SentencePieceFile& file)
{
    std::vector<std::pair<std::string_view, std::int32_t>> keys;
    for (std::int32_t id = 0; id < file.size(); ++id) {
        if (file.isKind(id, Kind::UserDefined)) {
            keys.emplace_back(file.pieces[static_cast<std::size_t>(id)], id);
        }
    }
    return keys.empty() ? ByteTrie() : ByteTrie(std::move(keys));
}

std::unique_ptr<TokenModel> makeSentencePieceModel(const SentencePieceFile& file,
                                                   const Vocabulary& vocabulary,
                                                   const std::string& where)
{
    return file.algorithm == SentencePieceFile::Algorithm::Bpe ? bpeOf(file, vocabulary, where)
                                                               : unigramOf(file, vocabulary);
}

} // namespace espalier
