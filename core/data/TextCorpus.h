// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/DataSource.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

class Tokenizer;

/// The text of a builtin:, text: or jsonl: source: UTF-8, not empty. A text file is taken as it is;
/// the records of a jsonl file are joined by a blank line.
std::string readText(const DataSource& source);

/// Tokens of such a text. A text or jsonl source is tokenised once, as a whole, with the special
/// tokens that the tokenizer puts around a text. The builtin stories are separated by lines
/// "<|endoftext|>": every story, without the blanks around it, is tokenised by itself with its
/// special tokens (the demo model gives <s> and the story), and where the vocabulary has
/// <|endoftext|> that token follows it.
std::vector<std::int32_t> tokensOf(const DataSource& source, std::string_view text,
                                   const Tokenizer& tokenizer);

} // namespace espalier
