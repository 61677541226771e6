// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/TokenModel.h"

#include "core/tokenizer/BpeModel.h"
#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/UnigramModel.h"

#include <cstdio>

namespace espalier {

namespace {

constexpr std::size_t kLongestKeptWord = 256; // bytes; longer ones hardly come again
constexpr std::size_t kLongWord = 64;         // bytes; from here on cutting first pays

} // namespace

std::string modelTypeOf(const JsonPart& part)
{
    const std::string type = part.type();
    if (!type.empty()) {
        return type;
    }
    return part.has("merges")                               ? "BPE"
           : part.has("max_input_chars_per_word")           ? "WordPiece"
           : part.value().value("vocab", Json()).is_array() ? "Unigram"
                                                            : "WordLevel";
}

std::unique_ptr<TokenModel> makeTokenModel(const JsonPart& part, const Vocabulary& vocabulary)
{
    const std::string type = modelTypeOf(part);
    if (type == "BPE") {
        return std::make_unique<BpeModel>(part, vocabulary);
    }
    if (type == "WordPiece") {
        return makeWordPiece(part, vocabulary);
    }
    if (type == "Unigram") {
        return makeUnigram(part, vocabulary);
    }
    if (type == "WordLevel") {
        return makeWordLevel(part, vocabulary);
    }
    part.unsupported("the model type \"" + type + "\"");
}

void KnownWords::append(std::string_view word, std::vector<std::int32_t>& ids)
{
    if (word.size() < kLongWord) {
        appendKept(word, ids);
        return;
    }
    for (const std::string_view part : m_model.independentParts(word)) {
        appendKept(part, ids);
    }
}

void KnownWords::appendKept(std::string_view word, std::vector<std::int32_t>& ids)
{
    if (word.size() > kLongestKeptWord) {
        m_model.encode(word, {ids});
        return;
    }
    const auto [found, fresh] = m_stored.try_emplace(word);
    if (fresh) {
        found->second.begin = m_ids.size();
        m_model.encode(word, {m_ids});
        found->second.count = m_ids.size() - found->second.begin;
    }
    const auto begin = m_ids.begin() + static_cast<std::ptrdiff_t>(found->second.begin);
    ids.insert(ids.end(), begin, begin + static_cast<std::ptrdiff_t>(found->second.count));
}

std::vector<std::int32_t> byteTokenIds(const Vocabulary& vocabulary)
{
    std::vector<std::int32_t> ids;
    for (unsigned byte = 0; byte < 256; ++byte) {
        char text[8];
        std::snprintf(text, sizeof text, "<0x%02X>", byte);
        ids.push_back(vocabulary.modelIdOf(text).value_or(-1));
    }
    return ids;
}

} // namespace espalier
