// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"

namespace espalier {

/// Turns a llama2.c legacy .bin (header of seven int32, float32 weights, rotary pairs interleaved)
/// and its tokenizer.bin into a Hugging Face Llama folder: rows of q and k are reordered to the
/// half-split rotary layout, tokenizer.json is a byte-fall-back BPE. Throws Corrupt or NotFound in
/// words.
ESPALIER_API void importLlama2c(const Path& weights, const Path& tokenizer,
                                const Path& outputFolder);

} // namespace espalier
