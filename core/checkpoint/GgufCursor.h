// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace espalier {

/// Goes through a GGUF file's header from the start; every step knows how many bytes are left.
class GgufCursor {
public:
    GgufCursor(std::string_view bytes, const std::string& where)
        : m_bytes(bytes)
        , m_where(where)
    {
    }

    /// Throws Corrupt; `what` is a sentence without the file's name.
    [[noreturn]] void fail(const std::string& what) const;
    /// Throws Unsupported.
    [[noreturn]] void refuse(const std::string& what) const;

    std::uint64_t size() const { return m_bytes.size(); }

    std::uint64_t position() const { return m_position; }

    std::uint64_t left() const { return m_bytes.size() - m_position; }

    std::string_view take(std::uint64_t count, const std::string& what);

    template <class Number>
    Number number(const std::string& what)
    {
        Number value{};
        std::memcpy(&value, take(sizeof value, what).data(), sizeof value);
        return value;
    }

    std::string text(const std::string& what, std::uint64_t most);

private:
    std::string_view m_bytes;
    const std::string& m_where;
    std::uint64_t m_position = 0;
};

} // namespace espalier
