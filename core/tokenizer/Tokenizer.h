// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/tokenizer/Encoding.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// The tokenizer of a model folder, or the one inside a GGUF file.
class ESPALIER_API Tokenizer {
public:
    virtual ~Tokenizer();
    /// Reads tokenizer.json; where there is none tokenizer.model or spiece.model (SentencePiece),
    /// vocab.json with merges.txt (GPT-2, RoBERTa, CLIP) or vocab.txt (WordPiece), for which
    /// tokenizer_config.json gives the special tokens. Throws NotFound with these names, Corrupt,
    /// or Unsupported with the component's name.
    static std::unique_ptr<Tokenizer> open(const Path& folder);
    /// Whether open() would find something to read.
    static bool isIn(const Path& folder);

    /// Throws InvalidInput for text that is not UTF-8. Nothing is cut or padded, whatever the file
    /// says. The fast way: no offsets.
    virtual std::vector<std::int32_t> encode(std::string_view text,
                                             SpecialTokens special = SpecialTokens::Add) const = 0;
    /// With masks and offsets; the ids are those of encode().
    virtual Encoding encodeText(std::string_view text, const EncodeOptions& options = {}) const = 0;
    /// Two texts for one input of a classifier.
    virtual Encoding encodePair(std::string_view first, std::string_view second,
                                const EncodeOptions& options = {}) const = 0;
    virtual std::string decode(std::span<const std::int32_t> tokens,
                               bool skipSpecial = true) const = 0;
    virtual std::int64_t vocabSize() const = 0;
    virtual std::optional<std::int32_t> idOf(std::string_view token) const = 0;
    virtual std::string tokenOf(std::int32_t id) const = 0;
    /// Left out of decoded text.
    virtual bool isSpecial(std::int32_t id) const = 0;
    /// What tokenizer.json asks for; applied with FileSettings::Apply only.
    virtual std::optional<Truncation> truncation() const = 0;
    virtual std::optional<Padding> padding() const = 0;
    /// SHA-256 over id, text and flags of every entry: equal for equal vocabularies.
    virtual std::string fingerprint() const = 0;
};

} // namespace espalier
