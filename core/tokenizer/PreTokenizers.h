// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/Pieces.h"

#include <memory>

namespace espalier {

class JsonPart;

/// Cuts text into the words that the model encodes one by one.
class PreTokenizer {
public:
    virtual ~PreTokenizer() = default;
    virtual void apply(Pieces& pieces) const = 0;
};

/// Sequence, BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits, FixedLength, Metaspace,
/// Punctuation, Split, UnicodeScripts, Whitespace, WhitespaceSplit. Throws Unsupported for others.
std::unique_ptr<PreTokenizer> makePreTokenizer(const JsonPart& part);

// Those with a file of their own.
std::unique_ptr<PreTokenizer> makeByteLevel(const JsonPart& part);
std::unique_ptr<PreTokenizer> makeMetaspace(const JsonPart& part);
std::unique_ptr<PreTokenizer> makeUnicodeScripts(const JsonPart& part);

} // namespace espalier
