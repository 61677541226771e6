// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/TokenizerPipeline.h"

namespace espalier {

/// The parts of a tokenizer.json. Throws Corrupt, or Unsupported with the component's name.
TokenizerParts partsOf(const JsonPart& file);

void sortById(std::vector<AddedToken>& tokens);

} // namespace espalier
