// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/TokenizerConfig.h"
#include "core/tokenizer/TokenizerPipeline.h"

namespace espalier {

// Vocabulary files from before tokenizer.json, as transformers reads them.

/// vocab.txt: WordPiece, as BERT uses it. "do_lower_case", "strip_accents",
/// "tokenize_chinese_chars".
TokenizerParts partsOfVocabTxt(const Path& folder, const TokenizerConfig& config);

/// vocab.json and merges.txt: GPT-2, RoBERTa or CLIP, as the class name says, or the vocabulary.
TokenizerParts partsOfVocabAndMerges(const Path& folder, const TokenizerConfig& config);

/// A SentencePiece model. "add_bos_token", "add_eos_token", "legacy", "extra_ids".
TokenizerParts partsOfSentencePiece(const Path& file, const TokenizerConfig& config);
/// The same of what is in memory; `where` names it.
TokenizerParts partsOfSentencePiece(std::string_view content, const std::string& where,
                                    const TokenizerConfig& config);

/// Lines without their ends; the last one may lack it. Throws Corrupt when they are not UTF-8.
std::vector<std::string> linesOf(const Path& file);

} // namespace espalier
