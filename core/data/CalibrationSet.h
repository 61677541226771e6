// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/run/RunSpec.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace espalier {

using at::Tensor;

/// Fixed token sequences for measuring activations, training or evaluation.
struct CalibrationSet {
    Tensor tokens = {};      // [windows x length] int32
    std::string source = {}; // "builtin:tinystories"
    std::string name = {};   // short, for series and tables: "tinystories", "smollm2-eval-64x1024"
    std::int64_t available = 0; // windows the source would give
    std::uint64_t seed = 0;
    std::string fingerprint =
        {}; // SHA-256 of the int32 token ids, little-endian, stored with the run
    std::string textFingerprint =
        {}; // SHA-256 of the text they came from; empty for tokens: sources
};

struct DataFolders {
    Path builtin = {}; // resources/demo: where builtin: names are looked up
};

enum class Windows { InOrder = 1, Sampled };

/// Tokens of `spec` for the model in `modelFolder` (whose tokenizer is used, except by tokens:
/// sources).
///  - tokens:FILE.i32 - the first `windows` windows of `length` ids as they are; ids checked
///  against `vocabSize`
///  - text:FILE, jsonl:FILE#field, builtin:NAME - text (.gz and .zst as they are), tokenised once.
///    InOrder: cut into non-overlapping windows, the tail dropped (perplexity). Sampled: `windows`
///    windows at random starts from `seed` (calibration).
/// Throws NotFound, InvalidInput (text shorter than a window, with both numbers; empty; bad UTF-8
/// position) ...
ESPALIER_API CalibrationSet loadWindows(const DataSpec& spec, const Path& modelFolder,
                                        std::int64_t vocabSize, Windows how, std::uint64_t seed,
                                        const DataFolders& folders);

/// The text behind a text:, jsonl: or builtin: source.
ESPALIER_API std::string loadText(const std::string& source, const DataFolders& folders);

} // namespace espalier
