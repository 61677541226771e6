// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/GgufFile.h"

#include "core/checkpoint/GgufReader.h"
#include "core/checkpoint/MappedFile.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace espalier {

std::int64_t GgufTensor::elements() const
{
    return (end - begin) / packing.bytes * packing.elements;
}

GgufFile::GgufFile(const Path& file)
    : m_map(std::make_shared<MappedFile>(file))
    , m_where(file.string())
    , m_bytes(m_map->text(0, m_map->size()))
{
    readHeader();
}

GgufFile::GgufFile(std::string_view bytes, std::string where)
    : m_where(std::move(where))
    , m_bytes(bytes)
{
    readHeader();
}

void GgufFile::readHeader()
{
    GgufHeader header = readGgufHeader(m_bytes, m_where);
    m_version = header.version;
    m_metadata = std::move(header.metadata);
    m_tensors = std::move(header.tensors);
    for (std::size_t i = 0; i < m_tensors.size(); ++i) {
        m_byName.emplace(m_tensors[i].name, i);
    }
}

const Json* GgufFile::find(std::string_view key) const
{
    const auto found = m_metadata.find(key);
    return found != m_metadata.end() ? &found->second : nullptr;
}

const GgufTensor* GgufFile::tensor(std::string_view name) const
{
    const auto found = m_byName.find(name);
    return found != m_byName.end() ? &m_tensors[found->second] : nullptr;
}

void GgufFile::readRows(const GgufTensor& tensor, std::int64_t first, std::int64_t count,
                        void* target) const
{
    const std::int64_t rowBytes =
        tensor.shape.back() / tensor.packing.elements * tensor.packing.bytes;
    const auto begin = static_cast<std::size_t>(tensor.begin + first * rowBytes);
    const auto bytes = static_cast<std::size_t>(count * rowBytes);
    if (m_map) {
        m_map->readAt(begin, target, bytes);
    } else {
        std::memcpy(target, m_bytes.data() + begin, bytes);
    }
}

std::string GgufFile::typesText() const
{
    std::map<std::string_view, std::int64_t> counts;
    for (const GgufTensor& tensor : m_tensors) {
        ++counts[tensor.packing.name];
    }
    std::vector<std::pair<std::string_view, std::int64_t>> sorted(counts.begin(), counts.end());
    std::ranges::stable_sort(sorted,
                             [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string text;
    for (const auto& [name, count] : sorted) {
        text += text.empty() ? "" : ", ";
        text += std::string(name) + " (" + std::to_string(count) + ")";
    }
    return text;
}

} // namespace espalier
