// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/data/CalibrationSet.h"
#include "core/eval/PromptTokens.h"
#include "core/eval/ProtocolPasses.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace espalier {

/// A source as the protocols other than `scripts` need it.
struct ProtocolText {
    std::string name = {};                   // short
    std::vector<std::string> documents = {}; // the whole text, or the records of a jsonl source, or
                                             // the builtin stories
    std::vector<std::int32_t> tokens = {};   // of a tokens: source, in place of documents
    std::string fingerprint = {};            // SHA-256 of the file's text or ids
};

/// Throws as loadText() and readTokenFile() do.
ESPALIER_API ProtocolText loadProtocolText(const std::string& source, const DataFolders& folders);

/// One stream of ids: documents joined by a blank line and tokenised once, or the ids as they are.
ESPALIER_API std::vector<std::int32_t> streamOf(const ProtocolText& text,
                                                const PromptTokens& prompts);

/// Throws InvalidInput for a tokens: source, which has no words.
ESPALIER_API std::vector<RollingDocument> rollingDocumentsOf(const ProtocolText& text,
                                                             const PromptTokens& prompts);

/// Lines that are not blank, without their line ends, as ids without special tokens.
ESPALIER_API std::vector<std::vector<std::int32_t>> sentencesOf(const ProtocolText& text,
                                                                const PromptTokens& prompts);

} // namespace espalier
