// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"
#include "core/base/Path.h"

namespace espalier {

class GgufFile;

/// The tokenizer.json that does what llama.cpp does with the tokenizer of a GGUF file: byte-level
/// BPE ("gpt2") cut as tokenizer.ggml.pre says, SentencePiece with scores ("llama"), WordPiece
/// ("bert") or unigram ("t5"). Throws
/// Corrupt for lists that are missing or do not fit each other, Unsupported with the name for
/// another kind of tokenizer or an unknown cut.
ESPALIER_API Json ggufTokenizer(const GgufFile& file);

/// The tokenizer_config.json beside it: the special tokens and the chat template.
ESPALIER_API Json ggufTokenizerConfig(const GgufFile& file);

/// Writes both into a Hugging Face folder.
ESPALIER_API void writeGgufTokenizer(const GgufFile& file, const Path& folder);

/// Some hold none.
ESPALIER_API bool hasGgufTokenizer(const GgufFile& file);

} // namespace espalier
