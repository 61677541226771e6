// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"
#include "core/base/Path.h"

#include <cstdint>

namespace espalier {

/// tokenizer.json of a llama2.c tokenizer.bin with `vocabSize` pieces: a BPE with byte fall-back
/// whose merges are rebuilt from the scores, best first, as Transformers does for SentencePiece
/// models.
Json llama2cTokenizer(const Path& file, std::int64_t vocabSize);

} // namespace espalier
