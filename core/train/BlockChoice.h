// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <cstdint>
#include <string>
#include <vector>

namespace espalier {

/// Which blocks of a teacher a student is made of.
struct BlockChoice {
    std::vector<std::int64_t> blocks = {}; // ascending
    std::string fault = {};                // a full sentence when the text was not understood
};

/// The blocks that `text` chooses of a model with `layers` blocks:
///   "even" (0, 2, 4, ...), "first:3", "last:3", "0,2,4"; an empty text chooses nothing.
ESPALIER_API BlockChoice readBlockChoice(const std::string& text, std::int64_t layers);

/// The same; throws InvalidInput with the fault.
ESPALIER_API std::vector<std::int64_t> chosenBlocks(const std::string& text, std::int64_t layers);

} // namespace espalier
