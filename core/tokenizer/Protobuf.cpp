// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Protobuf.h"

#include "core/base/Error.h"

#include <bit>

namespace espalier {

namespace {

enum WireType : std::uint32_t { Varint = 0, Fixed64 = 1, Length = 2, Fixed32 = 5 };

} // namespace

ProtobufReader::ProtobufReader(std::string_view message, std::string where, std::size_t offset)
    : m_message(message)
    , m_where(std::move(where))
    , m_offset(offset)
{
}

void ProtobufReader::corrupt(const std::string& what) const
{
    throw Error(ErrorCode::Corrupt, m_where + " is not a SentencePiece model: at byte " +
                                        std::to_string(m_offset + m_fieldAt) + " " + what +
                                        ". Copy the file again from where the model came from.");
}

std::uint64_t ProtobufReader::varint()
{
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto byte = static_cast<unsigned char>(take(1).front());
        value |= static_cast<std::uint64_t>(byte & 0x7Fu) << shift;
        if ((byte & 0x80u) == 0) {
            return value;
        }
    }
    corrupt("a number goes on for more than ten bytes");
}

std::string_view ProtobufReader::take(std::uint64_t count)
{
    if (count > m_message.size() - m_at) {
        corrupt("a field of " + std::to_string(count) + " bytes goes beyond the " +
                std::to_string(m_message.size() - m_at) + " that are left");
    }
    const std::string_view bytes = m_message.substr(m_at, static_cast<std::size_t>(count));
    m_at += bytes.size();
    return bytes;
}

std::optional<std::uint32_t> ProtobufReader::next()
{
    if (m_at == m_message.size()) {
        return {};
    }
    m_fieldAt = m_at;
    const std::uint64_t key = varint();
    m_field = static_cast<std::uint32_t>(key >> 3);
    m_wireType = static_cast<std::uint32_t>(key & 7u);
    if (key >> 3 == 0 || key >> 3 > 0x1FFFFFFF) {
        corrupt("there is a field with the number " + std::to_string(key >> 3));
    }
    switch (m_wireType) {
    case Varint:
        m_integer = varint();
        break;
    case Fixed64:
        m_bytes = take(8);
        break;
    case Length:
        m_bytes = take(varint());
        break;
    case Fixed32:
        m_bytes = take(4);
        break;
    default:
        corrupt("there is a field of the unknown form " + std::to_string(m_wireType));
    }
    return m_field;
}

std::int64_t ProtobufReader::integer() const
{
    if (m_wireType != Varint) {
        corrupt("field " + std::to_string(m_field) + " is not a whole number");
    }
    return static_cast<std::int64_t>(m_integer);
}

float ProtobufReader::real() const
{
    if (m_wireType != Fixed32) {
        corrupt("field " + std::to_string(m_field) + " is not a number of four bytes");
    }
    std::uint32_t bits = 0;
    for (std::size_t i = 4; i-- > 0;) {
        bits = bits << 8 | static_cast<unsigned char>(m_bytes[i]);
    }
    return std::bit_cast<float>(bits);
}

std::string_view ProtobufReader::bytes() const
{
    if (m_wireType != Length) {
        corrupt("field " + std::to_string(m_field) + " is not a stretch of bytes");
    }
    return m_bytes;
}

ProtobufReader ProtobufReader::message() const
{
    const std::string_view inner = bytes();
    return {inner, m_where, m_offset + static_cast<std::size_t>(inner.data() - m_message.data())};
}

} // namespace espalier
