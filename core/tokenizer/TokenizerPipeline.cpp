// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/TokenizerPipeline.h"

#include "core/base/Error.h"
#include "core/base/Sha256.h"
#include "core/tokenizer/TruncateAndPad.h"
#include "core/tokenizer/Utf8.h"

#include <algorithm>
#include <array>

namespace espalier {

namespace {

std::vector<AddedToken> selected(const std::vector<AddedToken>& tokens, bool normalized)
{
    std::vector<AddedToken> result;
    std::ranges::copy_if(tokens, std::back_inserter(result),
                         [&](const AddedToken& token) { return token.normalized == normalized; });
    return result;
}

void requireUtf8(std::string_view text)
{
    if (const auto position = firstInvalidByte(text)) {
        throw Error(ErrorCode::InvalidInput, "The text is not UTF-8: byte " +
                                                 std::to_string(*position) + " of " +
                                                 std::to_string(text.size()) +
                                                 " belongs to no character. Convert it to UTF-8.");
    }
}

/// The text itself, or a repaired copy in `repaired`.
std::string_view readable(std::string_view text, const EncodeOptions& options,
                          std::string& repaired)
{
    if (options.invalidText == InvalidText::Refuse) {
        requireUtf8(text);
    } else if (firstInvalidByte(text)) {
        repaired = replaceInvalidUtf8(text);
        return repaired;
    }
    return text;
}

void addToken(Encoding& encoding, std::int32_t id, ByteRange where)
{
    encoding.ids.push_back(id);
    encoding.offsets.push_back(where);
}

} // namespace

TokenizerPipeline::TokenizerPipeline(TokenizerParts parts)
    : m_parts(std::move(parts))
    , m_inRawText(selected(m_parts.added, false), nullptr)
    , m_inNormalizedText(selected(m_parts.added, true), m_parts.normalizer.get())
{
    for (const AddedToken& token : m_parts.added) {
        if (token.special) {
            m_special.insert(token.id);
        }
    }
}

std::vector<std::int32_t> TokenizerPipeline::encode(std::string_view text,
                                                    SpecialTokens special) const
{
    requireUtf8(text);
    std::vector<std::int32_t> ids;
    std::deque<Pieces> stretches; // the words kept below point into them
    KnownWords words(*m_parts.model);
    const auto encodeFound = [&](const AddedTokenFinder::Found& found) {
        if (found.id != AddedTokenFinder::kText) {
            ids.push_back(found.id);
            return;
        }
        Pieces& pieces = stretches.back();
        pieces.add({found.text, found.atStart});
        if (m_parts.preTokenizer) {
            m_parts.preTokenizer->apply(pieces);
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
        if (m_parts.normalizer) {
            TrackedText copy = TrackedText::plain(std::string(raw.text));
            m_parts.normalizer->apply(copy, raw.atStart);
            normalized = pieces.keep(std::move(copy), raw.atStart).text;
        }
        std::ranges::for_each(m_inNormalizedText.find(normalized, raw.atStart), encodeFound);
    }
    if (m_parts.postProcessor && special == SpecialTokens::Add) {
        m_parts.postProcessor->apply(ids);
    }
    return ids;
}

void TokenizerPipeline::encodeStretch(Pieces& pieces, const Piece& stretch,
                                      Encoding& encoding) const
{
    pieces.add(stretch);
    if (m_parts.preTokenizer) {
        m_parts.preTokenizer->apply(pieces);
    }
    std::vector<ByteRange> spans;
    for (const Piece& piece : pieces.takeList()) {
        std::size_t before = 0; // bytes of the piece
        for (const std::string_view part : m_parts.model->independentParts(piece.text)) {
            spans.clear();
            m_parts.model->encode(part, {encoding.ids, &spans});
            for (const ByteRange& span : spans) {
                const ByteRange* origins = piece.origins + before;
                encoding.offsets.push_back(
                    span.begin < span.end
                        ? ByteRange{origins[span.begin].begin, origins[span.end - 1].end}
                        : ByteRange{origins[span.begin].begin, origins[span.begin].begin});
            }
            before += part.size();
        }
    }
}

Encoding TokenizerPipeline::encodeTracked(std::string_view text, const EncodeOptions& options,
                                          std::int32_t typeId) const
{
    Encoding encoding;
    for (const AddedTokenFinder::Found& raw : m_inRawText.find(text, true, options.specialText)) {
        const auto position = static_cast<std::size_t>(raw.text.data() - text.data());
        if (raw.id != AddedTokenFinder::kText) {
            addToken(encoding, raw.id, {position, position + raw.text.size()});
            continue;
        }
        TrackedText tracked = TrackedText::of(raw.text, position);
        if (m_parts.normalizer) {
            m_parts.normalizer->apply(tracked, raw.atStart);
        }
        Pieces pieces;
        const Piece whole = pieces.keep(std::move(tracked), raw.atStart);
        for (const AddedTokenFinder::Found& found :
             m_inNormalizedText.find(whole.text, raw.atStart, options.specialText)) {
            const auto begin = static_cast<std::size_t>(found.text.data() - whole.text.data());
            Piece piece = whole.part(begin, begin + found.text.size());
            piece.atStart = found.atStart;
            if (found.id == AddedTokenFinder::kText) {
                encodeStretch(pieces, piece, encoding);
            } else if (!piece.text.empty()) {
                addToken(encoding, found.id,
                         {piece.origins[0].begin, piece.origins[piece.text.size() - 1].end});
            }
        }
    }
    encoding.typeIds.assign(encoding.size(), typeId);
    encoding.attentionMask.assign(encoding.size(), 1);
    encoding.specialMask.assign(encoding.size(), 0);
    return encoding;
}

Encoding TokenizerPipeline::finish(std::vector<Encoding> parts,
                                   std::span<const std::string_view> texts,
                                   const EncodeOptions& options) const
{
    const bool fromFile = options.fileSettings == FileSettings::Apply;
    const auto& truncation =
        options.truncation || !fromFile ? options.truncation : m_parts.truncation;
    const auto& padding = options.padding || !fromFile ? options.padding : m_parts.padding;
    if (truncation) {
        const bool adds = m_parts.postProcessor && options.special == SpecialTokens::Add;
        truncate(parts, *truncation, adds ? m_parts.postProcessor->added(parts.size() > 1) : 0);
    }
    if (m_parts.postProcessor) {
        m_parts.postProcessor->apply(parts, options.special, texts);
    }
    Encoding whole = joined(std::move(parts));
    if (padding) {
        padTogether({&whole, 1}, *padding);
    }
    return whole;
}

Encoding TokenizerPipeline::encodeAll(std::span<const std::string_view> texts,
                                      const EncodeOptions& options) const
{
    std::deque<std::string> repaired;
    std::vector<std::string_view> readables;
    std::vector<Encoding> parts;
    for (const std::string_view text : texts) {
        readables.push_back(readable(text, options, repaired.emplace_back()));
        const auto typeId = static_cast<std::int32_t>(parts.size());
        parts.push_back(encodeTracked(readables.back(), options, typeId));
    }
    return finish(std::move(parts), readables, options);
}

Encoding TokenizerPipeline::encodeText(std::string_view text, const EncodeOptions& options) const
{
    return encodeAll({&text, 1}, options);
}

Encoding TokenizerPipeline::encodePair(std::string_view first, std::string_view second,
                                       const EncodeOptions& options) const
{
    const std::array<std::string_view, 2> texts{first, second};
    return encodeAll(texts, options);
}

std::string TokenizerPipeline::decode(std::span<const std::int32_t> tokens, bool skipSpecial) const
{
    std::vector<std::string> texts;
    texts.reserve(tokens.size());
    for (const std::int32_t id : tokens) {
        // A model's output may be wider than the vocabulary (rows added for alignment): those ids
        // have no text.
        if (id >= 0 && id < m_parts.vocabulary->size() && !(skipSpecial && isSpecial(id))) {
            texts.push_back(m_parts.vocabulary->textOf(id));
        }
    }
    if (m_parts.decoder) {
        texts = m_parts.decoder->apply(std::move(texts));
    }
    std::string text;
    bool first = true;
    for (const std::string& part : texts) {
        text += (m_parts.decoder || first ? "" : " ") + part;
        first = false;
    }
    return text;
}

std::string TokenizerPipeline::tokenOf(std::int32_t id) const
{
    if (id < 0 || id >= m_parts.vocabulary->size()) {
        throw Error(ErrorCode::InvalidInput, "There is no token " + std::to_string(id) +
                                                 ": the vocabulary has " +
                                                 std::to_string(m_parts.vocabulary->size()) + ".");
    }
    return m_parts.vocabulary->textOf(id);
}

std::string TokenizerPipeline::fingerprint() const
{
    const Vocabulary& vocabulary = *m_parts.vocabulary;
    std::vector<unsigned> flags(static_cast<std::size_t>(vocabulary.size()));
    for (const AddedToken& token : m_parts.added) {
        flags[static_cast<std::size_t>(token.id)] =
            1u | (token.singleWord ? 2u : 0u) | (token.lstrip ? 4u : 0u) |
            (token.rstrip ? 8u : 0u) | (token.normalized ? 16u : 0u) | (token.special ? 32u : 0u);
    }
    Sha256 hash;
    for (std::int32_t id = 0; id < vocabulary.size(); ++id) {
        // The length in front keeps texts with line ends apart from two entries.
        const std::string& text = vocabulary.textOf(id);
        const std::string entry = std::to_string(id) + " " + std::to_string(text.size()) + " " +
                                  text + " " + std::to_string(flags[static_cast<std::size_t>(id)]) +
                                  "\n";
        hash.add(entry.data(), entry.size());
    }
    return hash.hex();
}

} // namespace espalier
