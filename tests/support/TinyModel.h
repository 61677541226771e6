// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Path.h"

#include <cstdint>

namespace espalier::test {

struct TinyModelOptions {
    std::int64_t layers = 3, hidden = 32, heads = 4, kvHeads = 2, intermediate = 48, vocab = 96;
    bool tied = true;
    std::uint64_t seed = 1;
    std::int64_t maxPositions = 128;
    bool biases = false; // attention_bias and mlp_bias
};

/// Writes a random Llama folder (config.json, model.safetensors, tokenizer.json) and returns
/// `folder`. Equal options give equal bytes. The tokenizer knows one token a character: id 0 is
/// <unk>, 1 <s>, 2 </s>, then printable ASCII from the space on as far as `vocab` reaches (3 is the
/// space, 4 "!", ...), then fillers <x98>, <x99>, ...
Path makeTinyModel(const Path& folder, const TinyModelOptions& options = {});

} // namespace espalier::test
