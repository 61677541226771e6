// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/Encoding.h"

#include <vector>

namespace espalier {

class JsonPart;

/// Cuts one text or two so that they and `added` tokens have at most the length asked for. Throws
/// InvalidInput where the text that is to be cut has too few tokens.
void truncate(std::vector<Encoding>& parts, const Truncation& truncation, std::size_t added);

Encoding joined(std::vector<Encoding> parts);

// "truncation" and "padding" of a tokenizer.json. "stride" says how much the pieces that were cut
// off overlap; those pieces are not kept, so it has no bearing here.
std::optional<Truncation> truncationOf(const JsonPart& file);
std::optional<Padding> paddingOf(const JsonPart& file);

} // namespace espalier
