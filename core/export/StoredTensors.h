// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace espalier {

/// What a tensor's bytes on disk are, or have to be.
struct StoredTensor {
    std::string dtype = {}; // as the format names it: "F32"
    std::vector<std::int64_t> shape = {};
    std::string sha256 = {}; // of its bytes
    std::int64_t bytes = 0;

    bool operator==(const StoredTensor&) const = default;
};

using StoredTensors = std::map<std::string, StoredTensor>;

/// Every tensor of a model folder, read by nothing that core/checkpoint has: a mistake in our
/// writer cannot be hidden by the same mistake in our reader. `progress` is told the bytes of each
/// tensor. Throws Corrupt.
ESPALIER_API StoredTensors
readStoredTensors(const Path& folder, const std::function<void(std::int64_t bytes)>& progress);

/// Throws Corrupt that names the first tensor that is missing, unexpected or different.
ESPALIER_API void compareStoredTensors(const StoredTensors& written, const StoredTensors& expected,
                                       const Path& folder);

} // namespace espalier
