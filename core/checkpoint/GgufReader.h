// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"
#include "core/checkpoint/GgufCursor.h"
#include "core/checkpoint/GgufFile.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

using GgufMetadata = std::map<std::string, Json, std::less<>>;

/// What stands before the tensors' bytes in a GGUF file.
struct GgufHeader {
    std::uint32_t version = 0;
    GgufMetadata metadata = {};
    std::vector<GgufTensor> tensors = {}; // in the order of their bytes
};

/// Throws Corrupt or Unsupported in words that begin with `where`.
GgufHeader readGgufHeader(std::string_view bytes, const std::string& where);

/// The next `entries` keys and values.
GgufMetadata readGgufMetadata(GgufCursor& cursor, std::uint64_t entries);

} // namespace espalier
