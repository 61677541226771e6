// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"

#include <optional>

namespace espalier {

/// The GGUF file a model path stands for: a file whose name ends with .gguf, or a folder that holds
/// one such file and neither config.json nor safetensors. Nothing for other paths. Throws
/// InvalidInput for a folder with several, NotFound for a .gguf that is not there.
ESPALIER_API std::optional<Path> ggufFileOf(const Path& model);

} // namespace espalier
