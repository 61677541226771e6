// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::test {

/// Puts a GGUF file together byte by byte, right or wrong.
class GgufBytes {
public:
    template <class Number>
    GgufBytes& number(Number value)
    {
        m_bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
        return *this;
    }

    GgufBytes& raw(std::string_view bytes)
    {
        m_bytes += bytes;
        return *this;
    }

    GgufBytes& text(std::string_view text) { return number<std::uint64_t>(text.size()).raw(text); }

    GgufBytes& start(std::uint64_t tensors, std::uint64_t entries, std::uint32_t version = 3)
    {
        return raw("GGUF").number(version).number(tensors).number(entries);
    }

    /// The name and type of a metadata entry; its value follows.
    GgufBytes& key(std::string_view name, std::uint32_t type) { return text(name).number(type); }

    /// `sizes`: the row length first, as the format has it.
    GgufBytes& tensor(std::string_view name, const std::vector<std::uint64_t>& sizes,
                      std::uint32_t type, std::uint64_t offset)
    {
        text(name).number(static_cast<std::uint32_t>(sizes.size()));
        for (const std::uint64_t size : sizes) {
            number(size);
        }
        return number(type).number(offset);
    }

    /// Zeros up to a multiple of `alignment`, then `bytes` more.
    GgufBytes& data(std::size_t bytes, std::size_t alignment = 32)
    {
        m_bytes.resize((m_bytes.size() + alignment - 1) / alignment * alignment + bytes, '\0');
        return *this;
    }

    const std::string& bytes() const { return m_bytes; }

private:
    std::string m_bytes = {};
};

} // namespace espalier::test
