// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/checkpoint/GgufBlocks.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace espalier {

using at::Tensor;

/// The metadata of a GGUF file under construction, in the order it is added.
class ESPALIER_API GgufMetadataWriter {
public:
    void addText(std::string_view key, std::string_view value);
    void addNumber(std::string_view key, std::uint32_t value);
    void addReal(std::string_view key, double value); // stored as fp32
    void addFlag(std::string_view key, bool value);
    void addTexts(std::string_view key, const std::vector<std::string>& values);
    void addNumbers(std::string_view key, const std::vector<std::int32_t>& values);
    void addReals(std::string_view key, const std::vector<float>& values);
    /// As read from another file: whole numbers become 32-bit, reals fp32. Throws Unsupported for a
    /// list of mixed values.
    void addJson(std::string_view key, const Json& value);

    std::uint64_t count() const { return m_count; }

    const std::string& bytes() const { return m_bytes; }

private:
    void start(std::string_view key, std::uint32_t type);
    void startList(std::string_view key, std::uint32_t type, std::size_t count);

    std::string m_bytes = {};
    std::uint64_t m_count = 0;
};

/// A tensor to pack: `produce` gives it in fp32 on the CPU, contiguous, in the file's layout.
struct GgufTensorToWrite {
    std::string name = {};
    std::vector<std::int64_t> shape = {}; // rows first
    BlockType type = BlockType::F32;
    std::function<Tensor()> produce = {};
};

/// Bytes of `tensor` in the file.
ESPALIER_API std::int64_t packedBytes(const GgufTensorToWrite& tensor);

/// Packed bytes of whole rows, and back: what a reader will see.
ESPALIER_API std::string packed(const Tensor& tensor, BlockType type);
ESPALIER_API Tensor asPacked(const Tensor& tensor, BlockType type);

/// Writes a GGUF file of version 3 under a temporary name, then renames it. One tensor at a time is
/// in memory. `seen` is told the packed bytes of each tensor in turn. Throws Numeric, naming the
/// tensor, for numbers that are not finite or too large for their type; Io in words.
ESPALIER_API void
writeGguf(const Path& file, const GgufMetadataWriter& metadata,
          const std::vector<GgufTensorToWrite>& tensors,
          const std::function<void(const GgufTensorToWrite&, std::string_view)>& seen);

} // namespace espalier
