// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/data/CalibrationSet.h"
#include "core/run/RunSpec.h"

namespace espalier {

/// build: version, revision, compiler, libtorch; machine: host, cpu, cores, memory, kernel; plus
/// threads, device, command (which repeats the run) and the derived seed streams of `spec`.
/// "command_line", the words of the program that asked for the run, comes from the journal.
Json provenanceOf(const RunSpec& spec);

/// {"sha256", "bytes"} of one file.
Json fileHash(const Path& file);

/// SHA-256 and bytes of the weight files, config.json and tokenizer.json of a model folder, or of a
/// GGUF file.
Json modelProvenance(const Path& folder);

/// Source, fingerprints, windows and length of tokens that were used, and how text became tokens. A
/// tokens: file may have a note of its origin beside it, FILE.json; its "self_generated" says that
/// a model wrote the text.
Json dataProvenance(const CalibrationSet& data);

} // namespace espalier
