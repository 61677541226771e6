// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/export/GgufWriter.h"
#include "core/model/ModelConfig.h"

#include <string>
#include <vector>

namespace espalier {

/// Adds tokenizer.* from the tokenizer of `source`: of a GGUF file word for word, of a
/// tokenizer.json translated: byte-level BPE as "gpt2", whose cut must be one that
/// tokenizer.ggml.pre has a name for, BPE with byte tokens as "llama". The vocabulary is padded to
/// config.vocabSize. Returned are sentences on what the file cannot keep; without any tokenizer one
/// that says so. Throws Unsupported, rather than guess, in words.
ESPALIER_API std::vector<std::string>
describeTokenizer(GgufMetadataWriter& metadata, const Path& source, const ModelConfig& config);

} // namespace espalier
