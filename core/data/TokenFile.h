// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Path.h"

#include <cstdint>
#include <vector>

namespace espalier {

/// A file of token ids, little-endian int32, nothing else. Throws NotFound, Io, or InvalidInput
/// when it is empty or does not hold whole numbers of four bytes.
std::vector<std::int32_t> readTokenFile(const Path& file);

} // namespace espalier
