// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"
#include "core/checkpoint/GgufFile.h"
#include "core/checkpoint/GgufNames.h"

namespace espalier {

/// The table of the file's "general.architecture". Throws Corrupt or Unsupported in words.
ESPALIER_API const GgufArchitecture& architectureOf(const GgufFile& file);

/// The config.json that the Hugging Face folder of the same model would have, as far as the
/// metadata tells. Throws Corrupt (a key that is missing or of the wrong kind) or Unsupported (what
/// the family cannot compute here), in words.
ESPALIER_API Json configOf(const GgufFile& file);

} // namespace espalier
