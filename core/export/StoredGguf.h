// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/export/StoredTensors.h"

#include <functional>

namespace espalier {

/// Every tensor of a GGUF file that Espalier wrote, read by nothing that core/checkpoint has and
/// nothing that wrote it: see readStoredTensors. `progress` is told the bytes of each tensor.
/// Throws Corrupt.
ESPALIER_API StoredTensors readStoredGguf(const Path& file,
                                          const std::function<void(std::int64_t bytes)>& progress);

} // namespace espalier
