// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace espalier {

/// Reads the fields of one protobuf message, one after the other. Every length is checked; a value
/// that is asked for in another form than it has is refused.
class ProtobufReader {
public:
    /// `where` names the file, `offset` the place of the message in it.
    ProtobufReader(std::string_view message, std::string where, std::size_t offset = 0);

    /// Steps to the next field and returns its number; nothing at the end.
    std::optional<std::uint32_t> next();

    std::int64_t integer() const;

    bool flag() const { return integer() != 0; }

    float real() const;
    std::string_view bytes() const;
    ProtobufReader message() const;

private:
    [[noreturn]] void corrupt(const std::string& what) const;
    std::uint64_t varint();
    std::string_view take(std::uint64_t count);

    std::string_view m_message;
    std::string m_where;
    std::size_t m_offset = 0;
    std::size_t m_at = 0;
    std::size_t m_fieldAt = 0;
    std::uint32_t m_field = 0;
    std::uint32_t m_wireType = 0;
    std::uint64_t m_integer = 0;
    std::string_view m_bytes = {};
};

} // namespace espalier
