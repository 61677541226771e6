// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/export/GgufWriter.h"

#include <string>
#include <vector>

namespace espalier {

/// Where the special tokens of a Hugging Face model are named.
struct SpecialTokenSources {
    Path folder = {};      // tokenizer_config.json and chat_template.jinja may lie here
    const Json& tokenizer; // tokenizer.json
    const Json& config;    // config.json
    const std::vector<std::string>& tokens; // by id
};

/// Adds their ids, what is put around a text, and the chat template. Throws Unsupported for a frame
/// of more than one token on a side.
void describeSpecialTokens(GgufMetadataWriter& metadata, const SpecialTokenSources& sources);

} // namespace espalier
