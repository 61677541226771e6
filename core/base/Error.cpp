// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"

#include <array>
#include <utility>

namespace espalier {

namespace {
constexpr std::array<std::pair<ErrorCode, std::string_view>, 8> kNames{{
    {ErrorCode::InvalidInput, "invalid-input"},
    {ErrorCode::NotFound, "not-found"},
    {ErrorCode::Unsupported, "unsupported"},
    {ErrorCode::Corrupt, "corrupt"},
    {ErrorCode::Io, "io"},
    {ErrorCode::OutOfMemory, "out-of-memory"},
    {ErrorCode::Numeric, "numeric"},
    {ErrorCode::Internal, "internal"},
}};
}

std::string_view nameOf(ErrorCode code)
{
    for (const auto& [value, name] : kNames) {
        if (value == code) {
            return name;
        }
    }
    return "internal";
}

ErrorCode errorCodeFromName(std::string_view name)
{
    for (const auto& [value, known] : kNames) {
        if (known == name) {
            return value;
        }
    }
    return ErrorCode::Internal;
}

Error::Error(ErrorCode code, const std::string& message)
    : std::runtime_error(message)
    , m_code(code)
{
}

Error::~Error() = default;

} // namespace espalier
