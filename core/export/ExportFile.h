// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"
#include "core/base/Path.h"

#include <cstdint>
#include <functional>
#include <string>

namespace espalier {

/// A model to write as one GGUF file.
struct ExportFileRequest {
    Path model = {};           // folder or GGUF file
    Path file = {};            // to write
    std::string type = "q8_0"; // f32, f16, bf16, q8_0, q4_0 or q4_1
    std::string name = {};     // empty: the model's
    std::string licence = {};  // empty: not known
    std::int64_t threads = 0;  // 0: all cores
};

/// Streams the model into the file, see exportGguf. Returned are the file's size, how its logits
/// were compared, and notes on what was stored otherwise than asked for. Throws InvalidInput for an
/// unknown type.
ESPALIER_API Json
exportFile(const ExportFileRequest& request,
           const std::function<void(std::int64_t done, std::int64_t total)>& step);

/// verifyGguf, for who cannot see libtorch.
ESPALIER_API void verifyExportedFile(const Path& file);

} // namespace espalier
