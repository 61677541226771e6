// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/Encoding.h"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace espalier {

class JsonPart;
class Vocabulary;

/// Where the tokens of a word go.
struct TokenSink {
    std::vector<std::int32_t>& ids;
    std::vector<ByteRange>* spans = nullptr; // where each lies in the word; null: not wanted

    void add(std::int32_t id, std::size_t begin, std::size_t end) const
    {
        ids.push_back(id);
        if (spans != nullptr) {
            spans->push_back({begin, end});
        }
    }
};

/// Turns words into tokens.
class TokenModel {
public:
    virtual ~TokenModel() = default;

    virtual void encode(std::string_view word, const TokenSink& sink) const = 0;

    /// Cuts a long word where the tokens on one side do not depend on the other, so that what is
    /// encoded is short and comes again.
    virtual std::vector<std::string_view> independentParts(std::string_view word) const
    {
        return {word};
    }
};

/// BPE, WordPiece, Unigram, WordLevel. Throws Unsupported for others; `vocabulary` must outlive it.
std::unique_ptr<TokenModel> makeTokenModel(const JsonPart& part, const Vocabulary& vocabulary);

/// "type"; files from before there was one are told by what they hold.
std::string modelTypeOf(const JsonPart& part);

std::unique_ptr<TokenModel> makeWordPiece(const JsonPart& part, const Vocabulary& vocabulary);
std::unique_ptr<TokenModel> makeWordLevel(const JsonPart& part, const Vocabulary& vocabulary);

/// The words of one text: what came out for a word is kept, since most words come again and again.
class KnownWords {
public:
    explicit KnownWords(const TokenModel& model)
        : m_model(model)
    {
    }

    /// `word` must stay where it is as long as this object lives.
    void append(std::string_view word, std::vector<std::int32_t>& ids);

private:
    void appendKept(std::string_view word, std::vector<std::int32_t>& ids);

    struct Stored {
        std::size_t begin = 0;
        std::size_t count = 0;
    };

    const TokenModel& m_model;
    std::unordered_map<std::string_view, Stored> m_stored = {};
    std::vector<std::int32_t> m_ids = {};
};

/// The id of "<0x00>" and so on to "<0xFF>"; -1 where there is no such token.
std::vector<std::int32_t> byteTokenIds(const Vocabulary& vocabulary);

} // namespace espalier
