// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/AddedTokens.h"
#include "core/tokenizer/BpeModel.h"
#include "core/tokenizer/Decoders.h"
#include "core/tokenizer/Normalizers.h"
#include "core/tokenizer/PostProcessors.h"
#include "core/tokenizer/PreTokenizers.h"
#include "core/tokenizer/Tokenizer.h"

#include <unordered_set>

namespace espalier {

/// A tokenizer.json: added tokens are found, the rest is normalized, cut into words and encoded,
/// and special tokens are put around it.
class TokenizerFile : public Tokenizer {
public:
    explicit TokenizerFile(const JsonPart& file);

    std::vector<std::int32_t> encode(std::string_view text, SpecialTokens special) const override;
    std::string decode(std::span<const std::int32_t> tokens, bool skipSpecial) const override;

    std::int64_t vocabSize() const override { return m_vocabulary.size(); }

    std::optional<std::int32_t> idOf(std::string_view token) const override
    {
        return m_vocabulary.idOf(token);
    }

    std::string tokenOf(std::int32_t id) const override;
    std::string fingerprint() const override;

private:
    std::vector<AddedToken> m_added; // by id
    Vocabulary m_vocabulary;
    BpeModel m_model;
    std::unique_ptr<Normalizer> m_normalizer; // these four may be null
    std::unique_ptr<PreTokenizer> m_preTokenizer;
    std::unique_ptr<PostProcessor> m_postProcessor;
    std::unique_ptr<Decoder> m_decoder;
    AddedTokenFinder m_inRawText;
    AddedTokenFinder m_inNormalizedText;
    std::unordered_set<std::int32_t> m_special = {};
};

} // namespace espalier
