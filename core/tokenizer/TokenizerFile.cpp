// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/TokenizerFile.h"

#include "core/base/Sha256.h"
#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/Utf8.h"

#include <algorithm>

namespace espalier {

namespace {

std::vector<AddedToken> addedTokensOf(const JsonPart& file)
{
    std::vector<AddedToken> tokens;
    if (file.has("added_tokens")) {
        for (const Json& element : file.list("added_tokens")) {
            tokens.push_back(addedTokenFrom(JsonPart(element, file.where() + ", added_tokens")));
        }
    }
    std::ranges::stable_sort(tokens,
                             [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
    return tokens;
}

JsonPart modelOf(const JsonPart& file)
{
    JsonPart model = file.part("model");
    // Old files of the GPT-2 kind name no type.
    const std::string type = model.text("type", model.has("merges") ? "BPE" : "");
    if (type != "BPE") {
        model.unsupported("the model type \"" + type + "\"");
    }
    return model;
}

template <class Make>
auto makeIfThere(const JsonPart& file, const char* key, const Make& make) -> decltype(make(file))
{
    return file.has(key) ? make(file.part(key)) : nullptr;
}

std::vector<AddedToken> selected(const std::vector<AddedToken>& tokens, bool normalized)
{
    std::vector<AddedToken> result;
    std::ranges::copy_if(tokens, std::back_inserter(result),
                         [&](const AddedToken& token) { return token.normalized == normalized; });
    return result;
}

} // namespace

// "truncation" and "padding" of the file are not read, on purpose: they serve batches of short
// inputs. A corpus is encoded whole and cut into windows afterwards.
TokenizerFile::TokenizerFile(const JsonPart& file)
    : m_added(addedTokensOf(file))
    , m_vocabulary(modelOf(file), m_added)
    , m_model(modelOf(file), m_vocabulary)
    , m_normalizer(makeIfThere(file, "normalizer", makeNormalizer))
    , m_preTokenizer(makeIfThere(file, "pre_tokenizer", makePreTokenizer))
    , m_postProcessor(makeIfThere(
          file, "post_processor",
          [&](const JsonPart& part) { return makePostProcessor(part, m_vocabulary.size()); }))
    , m_decoder(makeIfThere(file, "decoder", makeDecoder))
    , m_inRawText(selected(m_added, false), nullptr)
    , m_inNormalizedText(selected(m_added, true), m_normalizer.get())
{
    for (const AddedToken& token : m_added) {
        if (token.special) {
            m_special.insert(token.id);
        }
    }
}

std::vector<std::int32_t> TokenizerFile::encode(std::string_view text, SpecialTokens special) const
{
    if (const auto position = firstInvalidByte(text)) {
        throw Error(ErrorCode::InvalidInput, "The text is not UTF-8: byte " +
                                                 std::to_string(*position) + " of " +
                                                 std::to_string(text.size()) +
                                                 " belongs to no character. Convert it to UTF-8.");
    }
    std::vector<std::int32_t> ids;
    std::deque<Pieces> stretches; // the words kept below point into them
    BpeModel::Words words(m_model);
    const auto encodeStretch = [&](const AddedTokenFinder::Found& found) {
        if (found.id != AddedTokenFinder::kText) {
            ids.push_back(found.id);
            return;
        }
        Pieces& pieces = stretches.back();
        pieces.add({found.text, found.atStart});
        if (m_preTokenizer) {
            m_preTokenizer->apply(pieces);
        }
        for (const Piece& piece : pieces.takeList()) {
            words.append(piece.text, ids);
        }
    };
    for (const AddedTokenFinder::Found& raw : m_inRawText.find(text, true)) {
        if (raw.id != AddedTokenFinder::kText) {
            ids.push_back(raw.id);
            continue;
        }
        std::string_view normalized = raw.text;
        Pieces& pieces = stretches.emplace_back();
        if (m_normalizer) {
            std::string copy(raw.text);
            m_normalizer->apply(copy);
            normalized = pieces.keep(std::move(copy));
        }
        std::ranges::for_each(m_inNormalizedText.find(normalized, raw.atStart), encodeStretch);
    }
    if (m_postProcessor && special == SpecialTokens::Add) {
        m_postProcessor->apply(ids);
    }
    return ids;
}

std::string TokenizerFile::decode(std::span<const std::int32_t> tokens, bool skipSpecial) const
{
    std::vector<std::string> texts;
    texts.reserve(tokens.size());
    for (const std::int32_t id : tokens) {
        // A model's output may be wider than the vocabulary (rows added for alignment): those ids
        // have no text.
        if (id >= 0 && id < m_vocabulary.size() && !(skipSpecial && m_special.contains(id))) {
            texts.push_back(m_vocabulary.textOf(id));
        }
    }
    if (m_decoder) {
        texts = m_decoder->apply(std::move(texts));
    }
    std::string text;
    for (const std::string& part : texts) {
        text += (m_decoder || text.empty() ? "" : " ") + part;
    }
    return text;
}

std::string TokenizerFile::tokenOf(std::int32_t id) const
{
    if (id < 0 || id >= m_vocabulary.size()) {
        throw Error(ErrorCode::InvalidInput, "There is no token " + std::to_string(id) +
                                                 ": the vocabulary has " +
                                                 std::to_string(m_vocabulary.size()) + ".");
    }
    return m_vocabulary.textOf(id);
}

std::string TokenizerFile::fingerprint() const
{
    std::vector<unsigned> flags(static_cast<std::size_t>(m_vocabulary.size()));
    for (const AddedToken& token : m_added) {
        flags[static_cast<std::size_t>(token.id)] =
            1u | (token.singleWord ? 2u : 0u) | (token.lstrip ? 4u : 0u) |
            (token.rstrip ? 8u : 0u) | (token.normalized ? 16u : 0u) | (token.special ? 32u : 0u);
    }
    Sha256 hash;
    for (std::int32_t id = 0; id < m_vocabulary.size(); ++id) {
        // The length in front keeps texts with line ends apart from two entries.
        const std::string& text = m_vocabulary.textOf(id);
        const std::string entry = std::to_string(id) + " " + std::to_string(text.size()) + " " +
                                  text + " " + std::to_string(flags[static_cast<std::size_t>(id)]) +
                                  "\n";
        hash.add(entry.data(), entry.size());
    }
    return hash.hex();
}

} // namespace espalier
