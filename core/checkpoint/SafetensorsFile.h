// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/checkpoint/Checkpoint.h"
#include "core/checkpoint/MappedFile.h"
#include "core/checkpoint/TensorShape.h"
#include "core/checkpoint/TensorSource.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// "F32", "BF16", ...: the names of the format.
ESPALIER_API std::string_view safetensorsNameOf(at::ScalarType dtype);

struct SafetensorsHeader {
    std::vector<TensorInfo> tensors = {}; // in the order of their bytes
    std::map<std::string, std::string> metadata = {};
};

/// Checks a whole file in memory; every defect is Corrupt or Unsupported, in words that begin with
/// `where`.
ESPALIER_API SafetensorsHeader readSafetensorsHeader(std::string_view bytes,
                                                     const std::string& where);

/// One mapped file whose header has been checked; every defect is Corrupt or Unsupported, in words.
class ESPALIER_API SafetensorsFile : public TensorSource {
public:
    explicit SafetensorsFile(const Path& file);

    const Path& path() const override { return m_map->path(); }

    /// In the order of their bytes.
    const std::vector<TensorInfo>& tensors() const override { return m_tensors; }

    const std::map<std::string, std::string>& metadata() const override { return m_metadata; }

    /// A view that keeps the mapping alive if 64-byte aligned, else an aligned copy.
    Tensor load(const TensorInfo& info) const override;
    Tensor read(const TensorInfo& info) const override;

private:
    std::shared_ptr<MappedFile> m_map;
    std::vector<TensorInfo> m_tensors;
    std::map<std::string, std::string> m_metadata;
};

} // namespace espalier
