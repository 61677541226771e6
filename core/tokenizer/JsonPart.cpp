// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/JsonPart.h"

#include <utility>

namespace espalier {

namespace {

constexpr int kDeepest =
    32; // components inside components; a file that goes on would use up the stack

}

JsonPart::JsonPart(const Json& value, std::string where)
    : JsonPart(value, std::move(where), 0)
{
}

JsonPart::JsonPart(const Json& value, std::string where, int depth)
    : m_value(value)
    , m_depth(depth)
    , m_where(std::move(where))
{
    if (!m_value.is_object()) {
        corrupt("is not an object");
    }
    if (m_depth > kDeepest) {
        corrupt("has components more than " + std::to_string(kDeepest) + " deep inside each other");
    }
}

std::string JsonPart::type() const
{
    return text("type", "");
}

bool JsonPart::has(const char* key) const
{
    const auto found = m_value.find(key);
    return found != m_value.end() && !found->is_null();
}

const Json& JsonPart::member(const char* key) const
{
    const auto found = m_value.find(key);
    if (found == m_value.end()) {
        corrupt("has no \"" + std::string(key) + "\"");
    }
    return *found;
}

std::string JsonPart::text(const char* key) const
{
    const Json& found = member(key);
    if (!found.is_string()) {
        corrupt("has a \"" + std::string(key) + "\" that is not a string");
    }
    return found.get<std::string>();
}

std::string JsonPart::text(const char* key, std::string_view fallback) const
{
    return has(key) ? text(key) : std::string(fallback);
}

bool JsonPart::flag(const char* key, bool fallback) const
{
    if (!has(key)) {
        return fallback;
    }
    const Json& found = member(key);
    if (!found.is_boolean()) {
        corrupt("has a \"" + std::string(key) + "\" that is neither true nor false");
    }
    return found.get<bool>();
}

std::int64_t JsonPart::integer(const char* key) const
{
    const Json& found = member(key);
    if (!found.is_number_integer()) {
        corrupt("has a \"" + std::string(key) + "\" that is not a whole number");
    }
    return found.get<std::int64_t>();
}

const Json& JsonPart::list(const char* key) const
{
    const Json& found = member(key);
    if (!found.is_array()) {
        corrupt("has a \"" + std::string(key) + "\" that is not a list");
    }
    return found;
}

JsonPart JsonPart::part(const char* key) const
{
    return {member(key), m_where + ", " + key, m_depth + 1};
}

JsonPart JsonPart::element(const Json& value) const
{
    return {value, m_where, m_depth + 1};
}

void JsonPart::corrupt(const std::string& what) const
{
    throw Error(ErrorCode::Corrupt,
                m_where + " " + what + ". Copy the file again from where the model came from.");
}

void JsonPart::unsupported(const std::string& what) const
{
    throw Error(ErrorCode::Unsupported, m_where + ": " + what +
                                            " is not supported. Use a model whose tokenizer.json "
                                            "does without it, or give data as tokens:FILE.i32.");
}

} // namespace espalier
