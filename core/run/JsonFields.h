// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"

#include <cstdint>
#include <string>

// Lenient reading: a journal may come from another version, so a key of another type counts as
// missing.

namespace espalier {

inline std::string textIn(const Json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

inline std::int64_t integerIn(const Json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

/// What a "created" line knows of a run's provenance before a worker has started.
inline Json submissionIn(const Json& created)
{
    const auto words = created.find("command_line");
    const bool told = words != created.end() && words->is_array() && !words->empty();
    return told ? Json{{"command_line", *words}} : Json::object();
}

} // namespace espalier
