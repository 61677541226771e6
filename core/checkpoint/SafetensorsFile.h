// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/checkpoint/Checkpoint.h"
#include "core/checkpoint/MappedFile.h"
#include "core/checkpoint/TensorShape.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// "F32", "BF16", ...: the names of the format.
ESPALIER_API std::string_view safetensorsNameOf(at::ScalarType dtype);

/// One mapped file whose header has been checked; every defect is Corrupt or Unsupported, in words.
class ESPALIER_API SafetensorsFile {
public:
    explicit SafetensorsFile(const Path& file);

    const Path& path() const { return m_map->path(); }

    /// In the order of their bytes.
    const std::vector<TensorInfo>& tensors() const { return m_tensors; }

    const std::map<std::string, std::string>& metadata() const { return m_metadata; }

    /// A view that keeps the mapping alive if 64-byte aligned, else an aligned copy.
    Tensor load(const TensorInfo& info) const;
    Tensor read(const TensorInfo& info) const;

private:
    std::shared_ptr<MappedFile> m_map;
    std::vector<TensorInfo> m_tensors;
    std::map<std::string, std::string> m_metadata;
};

} // namespace espalier
