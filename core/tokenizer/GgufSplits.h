// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// How a byte-level tokenizer of a GGUF file cuts text into words before it merges.
struct GgufSplit {
    std::string_view name = {};                  // tokenizer.ggml.pre
    std::vector<std::string_view> patterns = {}; // cut by each in turn
    bool ignoresMerges = false;                  // a word that is a token needs no merges
    bool addsBegin = false;                      // unless the file says otherwise
};

/// Nothing for a name that is not known here.
ESPALIER_API std::optional<GgufSplit> ggufSplit(std::string_view name);
/// Every name, for messages.
ESPALIER_API std::string ggufSplitNames();

/// "pre_tokenizer" of the tokenizer.json that cuts like it.
Json preTokenizerOf(const GgufSplit& split);

/// The name for the "pre_tokenizer" of a tokenizer.json; nothing if it cuts in another way than
/// all of these. Of several names for one way the best known.
ESPALIER_API std::optional<std::string> ggufSplitOf(const Json& preTokenizer, bool ignoresMerges);

} // namespace espalier
