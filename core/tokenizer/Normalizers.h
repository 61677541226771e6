// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/TrackedText.h"

#include <memory>

namespace espalier {

class JsonPart;

/// Rewrites a text before it is cut into words.
class Normalizer {
public:
    virtual ~Normalizer() = default;
    virtual void apply(TrackedText& text) const = 0;

    /// `atStart`: the text begins where the whole input does, not behind an added token.
    virtual void apply(TrackedText& text, bool atStart) const
    {
        static_cast<void>(atStart);
        apply(text);
    }
};

/// Sequence, Prepend, Replace, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip,
/// BertNormalizer, Nmt, Precompiled, ByteLevel. Throws Unsupported for others.
std::unique_ptr<Normalizer> makeNormalizer(const JsonPart& part);

// Those with a file of their own.
std::unique_ptr<Normalizer> makeBertNormalizer(const JsonPart& part);
std::unique_ptr<Normalizer> makePrecompiled(const JsonPart& part);

/// Every character in lower case.
void toLowercase(TrackedText& text);

} // namespace espalier
