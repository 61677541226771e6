// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/checkpoint/GgufBlocks.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

class MappedFile;

/// A tensor as the file's table declares it.
struct ESPALIER_API GgufTensor {
    std::string name = {};
    std::vector<std::int64_t> shape = {}; // rows first, as elsewhere here; the file has it reversed
    Packing packing = {};
    std::int64_t begin = 0, end = 0; // bytes in the file

    std::int64_t elements() const;
};

/// The metadata and tensor table of a GGUF file, versions 2 and 3, little-endian. Everything is
/// checked before the constructor returns: counts and lengths against the bytes there are, types,
/// names twice, sizes that overflow, tensors that overlap or lie outside of the file. Defects are
/// Corrupt, other versions Unsupported, in words. Format:
/// github.com/ggml-org/ggml/blob/master/docs/gguf.md.
class ESPALIER_API GgufFile {
public:
    /// Mapped, not read: tensors cost memory only while somebody looks at them.
    explicit GgufFile(const Path& file);
    /// Bytes somebody else keeps alive; `where` starts messages.
    GgufFile(std::string_view bytes, std::string where);

    /// "model.gguf", as messages name it.
    const std::string& where() const { return m_where; }

    std::uint32_t version() const { return m_version; }

    /// Numbers, texts, truth values and lists of these, by key. Texts are bytes as they stand.
    const std::map<std::string, Json, std::less<>>& metadata() const { return m_metadata; }

    /// Null if there is no such key.
    const Json* find(std::string_view key) const;

    /// In the order of their bytes.
    const std::vector<GgufTensor>& tensors() const { return m_tensors; }

    /// Null if there is no such tensor.
    const GgufTensor* tensor(std::string_view name) const;

    std::string_view bytes() const { return m_bytes; }

    /// The packed bytes of rows [first, first + count) of `tensor`; a tensor of one dimension is
    /// one row. Read past the mapping where there is one, so that no page of it stays resident.
    void readRows(const GgufTensor& tensor, std::int64_t first, std::int64_t count,
                  void* target) const;

    /// "Q4_1 (210), F32 (61), Q8_0 (1)": the types of the tensors, the most frequent first.
    std::string typesText() const;

private:
    void readHeader();

    std::shared_ptr<MappedFile> m_map; // null: the bytes are somebody else's
    std::string m_where;
    std::string_view m_bytes;
    std::uint32_t m_version = 0;
    std::map<std::string, Json, std::less<>> m_metadata;
    std::vector<GgufTensor> m_tensors;
    std::map<std::string, std::size_t, std::less<>> m_byName = {};
};

} // namespace espalier
