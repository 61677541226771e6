// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/AddedTokens.h"
#include "core/tokenizer/Decoders.h"
#include "core/tokenizer/Normalizers.h"
#include "core/tokenizer/PostProcessors.h"
#include "core/tokenizer/PreTokenizers.h"
#include "core/tokenizer/TokenModel.h"
#include "core/tokenizer/Tokenizer.h"
#include "core/tokenizer/Vocabulary.h"

#include <unordered_set>

namespace espalier {

/// What every kind of tokenizer file comes down to.
struct TokenizerParts {
    std::vector<AddedToken> added = {}; // by id
    std::unique_ptr<Vocabulary> vocabulary = {};
    std::unique_ptr<TokenModel> model = {};
    std::unique_ptr<Normalizer> normalizer = {}; // these four may be null
    std::unique_ptr<PreTokenizer> preTokenizer = {};
    std::unique_ptr<PostProcessor> postProcessor = {};
    std::unique_ptr<Decoder> decoder = {};
    std::optional<Truncation> truncation = {};
    std::optional<Padding> padding = {};
};

/// Added tokens are found, the rest is normalized, cut into words and encoded, and special tokens
/// are put around it.
class TokenizerPipeline : public Tokenizer {
public:
    explicit TokenizerPipeline(TokenizerParts parts);

    std::vector<std::int32_t> encode(std::string_view text, SpecialTokens special) const override;
    Encoding encodeText(std::string_view text, const EncodeOptions& options) const override;
    Encoding encodePair(std::string_view first, std::string_view second,
                        const EncodeOptions& options) const override;
    std::string decode(std::span<const std::int32_t> tokens, bool skipSpecial) const override;

    std::int64_t vocabSize() const override { return m_parts.vocabulary->size(); }

    std::optional<std::int32_t> idOf(std::string_view token) const override
    {
        return m_parts.vocabulary->idOf(token);
    }

    std::string tokenOf(std::int32_t id) const override;

    bool isSpecial(std::int32_t id) const override { return m_special.contains(id); }

    std::optional<Truncation> truncation() const override { return m_parts.truncation; }

    std::optional<Padding> padding() const override { return m_parts.padding; }

    std::string fingerprint() const override;

private:
    /// Without what the post-processor adds.
    Encoding encodeTracked(std::string_view text, const EncodeOptions& options,
                           std::int32_t typeId) const;
    Encoding encodeAll(std::span<const std::string_view> texts, const EncodeOptions& options) const;
    Encoding finish(std::vector<Encoding> parts, std::span<const std::string_view> texts,
                    const EncodeOptions& options) const;
    void encodeStretch(Pieces& pieces, const Piece& stretch, Encoding& encoding) const;

    TokenizerParts m_parts;
    AddedTokenFinder m_inRawText;
    AddedTokenFinder m_inNormalizedText;
    std::unordered_set<std::int32_t> m_special = {};
};

} // namespace espalier
