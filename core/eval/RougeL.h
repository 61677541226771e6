// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// ROUGE-L as Self-Instruct and Alpaca compute it: the reference tokenizer, no stemming.
struct RougeScore {
    double precision = 0.0, recall = 0.0, f = 0.0; // 0 where a list is empty
    std::size_t common = 0;                        // length of the longest common subsequence
    std::size_t target = 0, prediction = 0;        // tokens
};

/// Runs of a-z and 0-9 of the text in lower case (ASCII); everything else parts them. Text in other
/// scripts has no tokens.
ESPALIER_API std::vector<std::string> rougeTokens(std::string_view text);

ESPALIER_API RougeScore rougeL(const std::vector<std::string>& target,
                               const std::vector<std::string>& prediction);
ESPALIER_API RougeScore rougeL(std::string_view target, std::string_view prediction);

} // namespace espalier
