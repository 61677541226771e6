// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/base/Json.h"

#include <string>
#include <string_view>

namespace espalier {

/// One object of tokenizer.json and the words that say which: every message names the file and the
/// component.
class JsonPart {
public:
    JsonPart(const Json& value, std::string where);

    const Json& value() const { return m_value; }

    const std::string& where() const { return m_where; }

    /// "type", or "" when there is none.
    std::string type() const;

    bool has(const char* key) const; // and is not null
    std::string text(const char* key) const;
    std::string text(const char* key, std::string_view fallback) const;
    bool flag(const char* key, bool fallback) const;
    std::int64_t integer(const char* key) const;
    const Json& list(const char* key) const;
    JsonPart part(const char* key) const;
    /// An object of a list in this one.
    JsonPart element(const Json& value) const;

    [[noreturn]] void corrupt(const std::string& what) const;
    [[noreturn]] void unsupported(const std::string& what) const;

private:
    JsonPart(const Json& value, std::string where, int depth);
    const Json& member(const char* key) const;

    const Json& m_value;
    int m_depth = 0;
    std::string m_where; // "/models/a/tokenizer.json, normalizer"
};

} // namespace espalier
