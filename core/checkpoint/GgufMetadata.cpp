// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/GgufReader.h"

#include <array>

namespace espalier {

namespace {

constexpr std::uint64_t kMostKeyBytes = 65535; // the format's own limit
// A list takes 16 bytes an element here, so a damaged count could take all memory: the largest
// vocabularies have a million entries in each of four lists.
constexpr std::uint64_t kMostListElements = 1 << 25;
constexpr int kDeepestList = 4;

/// Types of metadata, by the format's numbers.
enum class ValueType : std::uint32_t {
    UInt8 = 0,
    Int8,
    UInt16,
    Int16,
    UInt32,
    Int32,
    Float32,
    Bool,
    String,
    List,
    UInt64,
    Int64,
    Float64
};

/// The least bytes a value of a type takes; 0 for an unknown type.
std::uint64_t leastBytes(ValueType type)
{
    constexpr std::array<std::uint64_t, 13> kBytes{1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8};
    const auto index = static_cast<std::size_t>(type);
    return index < kBytes.size() ? kBytes[index] : 0;
}

class ValueReader {
public:
    explicit ValueReader(GgufCursor& cursor)
        : m_cursor(cursor)
    {
    }

    Json value(ValueType type, const std::string& key, int depth)
    {
        switch (type) {
        case ValueType::UInt8:
            return m_cursor.number<std::uint8_t>(key);
        case ValueType::Int8:
            return m_cursor.number<std::int8_t>(key);
        case ValueType::UInt16:
            return m_cursor.number<std::uint16_t>(key);
        case ValueType::Int16:
            return m_cursor.number<std::int16_t>(key);
        case ValueType::UInt32:
            return m_cursor.number<std::uint32_t>(key);
        case ValueType::Int32:
            return m_cursor.number<std::int32_t>(key);
        case ValueType::UInt64:
            return m_cursor.number<std::uint64_t>(key);
        case ValueType::Int64:
            return m_cursor.number<std::int64_t>(key);
        case ValueType::Float32:
            return static_cast<double>(m_cursor.number<float>(key));
        case ValueType::Float64:
            return m_cursor.number<double>(key);
        case ValueType::Bool:
            return truth(key);
        case ValueType::String:
            return m_cursor.text(key, m_cursor.left());
        case ValueType::List:
            return list(key, depth);
        }
        m_cursor.fail("the metadata entry " + key + " has the type " +
                      std::to_string(static_cast<std::uint32_t>(type)) +
                      ", which the format does not have.");
    }

private:
    bool truth(const std::string& key)
    {
        const auto byte = m_cursor.number<std::uint8_t>(key);
        if (byte > 1) {
            m_cursor.fail(key + " is " + std::to_string(byte) + " where 0 or 1 says no or yes.");
        }
        return byte == 1;
    }

    Json list(const std::string& key, int depth)
    {
        if (depth == kDeepestList) {
            m_cursor.fail(key + " has lists in lists, more than " + std::to_string(kDeepestList) +
                          " deep.");
        }
        const auto type =
            static_cast<ValueType>(m_cursor.number<std::uint32_t>("the type of " + key));
        const auto count = m_cursor.number<std::uint64_t>("the length of " + key);
        const std::uint64_t bytesEach = leastBytes(type);
        if (bytesEach == 0) {
            m_cursor.fail("the list " + key + " has elements of the type " +
                          std::to_string(static_cast<std::uint32_t>(type)) +
                          ", which the format does not have.");
        }
        if (count > m_cursor.left() / bytesEach) {
            m_cursor.fail("the list " + key + " claims " + std::to_string(count) +
                          " elements, more than the file has room for.");
        }
        m_listElements += count;
        if (m_listElements > kMostListElements) {
            m_cursor.fail("the lists up to " + key + " have " + std::to_string(m_listElements) +
                          " elements, more than any model has.");
        }
        Json all = Json::array();
        all.get_ref<Json::array_t&>().reserve(count);
        for (std::uint64_t i = 0; i < count; ++i) {
            all.push_back(value(type, key, depth + 1));
        }
        return all;
    }

    GgufCursor& m_cursor;
    std::uint64_t m_listElements = 0;
};

} // namespace

GgufMetadata readGgufMetadata(GgufCursor& cursor, std::uint64_t entries)
{
    GgufMetadata metadata;
    ValueReader reader(cursor);
    for (std::uint64_t i = 0; i < entries; ++i) {
        const std::string key = cursor.text("the name of a metadata entry", kMostKeyBytes);
        const auto type =
            static_cast<ValueType>(cursor.number<std::uint32_t>("the type of " + key));
        if (!metadata.emplace(key, reader.value(type, key, 0)).second) {
            cursor.fail("the metadata holds " + key + " twice.");
        }
    }
    return metadata;
}

} // namespace espalier
