// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/SentencePieceNormalizer.h"
#include "core/tokenizer/TokenModel.h"

namespace espalier {

/// The user-defined pieces and their ids; empty when there are none.
ByteTrie userDefinedOf(const SentencePieceFile& file);

/// BPE or unigram, as the file says. Throws Unsupported for what it cannot follow exactly.
std::unique_ptr<TokenModel> makeSentencePieceModel(const SentencePieceFile& file,
                                                   const Vocabulary& vocabulary,
                                                   const std::string& where);

} // namespace espalier
