// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/GgufCursor.h"

#include "core/base/Error.h"

namespace espalier {

void GgufCursor::fail(const std::string& what) const
{
    throw Error(ErrorCode::Corrupt, m_where + ": " + what + " Copy or download the file again.");
}

void GgufCursor::refuse(const std::string& what) const
{
    throw Error(ErrorCode::Unsupported, m_where + ": " + what);
}

std::string_view GgufCursor::take(std::uint64_t count, const std::string& what)
{
    if (count > left()) {
        fail(what + " needs " + std::to_string(count) + " bytes at byte " +
             std::to_string(m_position) + ", the file ends after " + std::to_string(left()) +
             ": it was cut off.");
    }
    const std::string_view taken = m_bytes.substr(m_position, count);
    m_position += count;
    return taken;
}

std::string GgufCursor::text(const std::string& what, std::uint64_t most)
{
    const auto length = number<std::uint64_t>("the length of " + what);
    if (length > most) {
        fail(what + " claims " + std::to_string(length) + " bytes, more than the " +
             std::to_string(most) + " there can be.");
    }
    return std::string(take(length, what));
}

} // namespace espalier
