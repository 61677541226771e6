// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/ByteTrie.h"
#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/TokenModel.h"
#include "core/tokenizer/Utf8.h"
#include "core/tokenizer/Vocabulary.h"

namespace espalier {

namespace {

/// Takes the longest token that a word begins with, then the longest continuing one, and so on; a
/// word that is not used up like that is unknown as a whole.
class WordPiece : public TokenModel {
public:
    WordPiece(const JsonPart& part, const Vocabulary& vocabulary)
        : m_longest(part.has("max_input_chars_per_word") ? part.integer("max_input_chars_per_word")
                                                         : 100)
    {
        const std::string unknown = part.text("unk_token", "[UNK]");
        const auto id = vocabulary.modelIdOf(unknown);
        if (!id) {
            part.corrupt("has the unknown token " + compactText(Json(unknown)) +
                         ", which is not in the vocabulary");
        }
        m_unknown = *id;
        std::vector<std::pair<std::string_view, std::int32_t>> keys;
        for (std::int32_t token = 0; token < vocabulary.size(); ++token) {
            if (vocabulary.isFromModel(token) && !vocabulary.textOf(token).empty()) {
                keys.emplace_back(vocabulary.textOf(token), token);
            }
        }
        m_tokens = ByteTrie(std::move(keys));
        m_continuing = ByteTrie::kRoot;
        for (const char byte : part.text("continuing_subword_prefix", "##")) {
            m_continuing = m_continuing < 0 ? m_continuing : m_tokens.step(m_continuing, byte);
        }
    }

    void encode(std::string_view word, const TokenSink& sink) const override
    {
        const std::size_t before = sink.ids.size();
        const std::size_t spansBefore = sink.spans == nullptr ? 0 : sink.spans->size();
        if (characters(word) > m_longest || !split(word, sink)) {
            sink.ids.resize(before);
            if (sink.spans != nullptr) {
                sink.spans->resize(spansBefore);
            }
            sink.add(m_unknown, 0, word.size());
        }
    }

private:
    static std::int64_t characters(std::string_view word)
    {
        std::int64_t count = 0;
        for (const char byte : word) {
            count += (static_cast<unsigned char>(byte) & 0xC0u) != 0x80 ? 1 : 0;
        }
        return count;
    }

    bool split(std::string_view word, const TokenSink& sink) const
    {
        std::int32_t start = ByteTrie::kRoot;
        for (std::size_t begin = 0; begin < word.size();) {
            std::int32_t best = ByteTrie::kNone;
            std::size_t end = begin;
            std::int32_t node = start;
            for (std::size_t at = begin; node >= 0 && at < word.size(); ++at) {
                node = m_tokens.step(node, word[at]);
                if (node >= 0 && m_tokens.valueAt(node) >= 0 && endsCharacter(word, at + 1)) {
                    best = m_tokens.valueAt(node);
                    end = at + 1;
                }
            }
            if (best < 0) {
                return false;
            }
            sink.add(best, begin, end);
            begin = end;
            start = m_continuing;
        }
        return true;
    }

    static bool endsCharacter(std::string_view word, std::size_t end)
    {
        return end == word.size() || (static_cast<unsigned char>(word[end]) & 0xC0u) != 0x80;
    }

    ByteTrie m_tokens;
    std::int32_t m_continuing; // where a token that goes on with a word starts; kNone: nowhere
    std::int32_t m_unknown;
    std::int64_t m_longest; // characters
};

/// A word is a token, or unknown.
class WordLevel : public TokenModel {
public:
    WordLevel(const JsonPart& part, const Vocabulary& vocabulary)
        : m_vocabulary(vocabulary)
        , m_unknown(vocabulary.modelIdOf(part.text("unk_token", "<unk>")))
    {
    }

    void encode(std::string_view word, const TokenSink& sink) const override
    {
        const auto id = m_vocabulary.modelIdOf(word);
        if (!id && !m_unknown) {
            throw Error(ErrorCode::InvalidInput,
                        "The text has the word \"" + std::string(word.substr(0, 100)) +
                            "\", for which the tokenizer has no token, and it has no unknown token "
                            "either. Use a tokenizer that covers the text.");
        }
        sink.add(id ? *id : *m_unknown, 0, word.size());
    }

private:
    const Vocabulary& m_vocabulary;
    std::optional<std::int32_t> m_unknown;
};

} // namespace

std::unique_ptr<TokenModel> makeWordPiece(const JsonPart& part, const Vocabulary& vocabulary)
{
    return std::make_unique<WordPiece>(part, vocabulary);
}

std::unique_ptr<TokenModel> makeWordLevel(const JsonPart& part, const Vocabulary& vocabulary)
{
    return std::make_unique<WordLevel>(part, vocabulary);
}

} // namespace espalier
