// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace espalier {

class JsonPart;
struct AddedToken;

/// Tokens by id and ids by token. Ids are 0 .. size-1: a hole or a second token for one id is
/// refused.
class Vocabulary {
public:
    /// "vocab" of the model (an object of ids, or a list of pieces with scores) and the added
    /// tokens, each of which must agree with it or go on behind it.
    Vocabulary(const JsonPart& model, const std::vector<AddedToken>& added);
    /// Of another file, `where`: texts by id.
    Vocabulary(const std::vector<std::string>& texts, const std::vector<AddedToken>& added,
               const std::string& where);
    Vocabulary(const Vocabulary&) = delete; // m_ids points into m_texts
    Vocabulary& operator=(const Vocabulary&) = delete;

    std::int32_t size() const { return static_cast<std::int32_t>(m_texts.size()); }

    const std::string& textOf(std::int32_t id) const
    {
        return m_texts[static_cast<std::size_t>(id)];
    }

    std::optional<std::int32_t> idOf(std::string_view text) const
    {
        const auto found = m_ids.find(text);
        return found == m_ids.end() ? std::nullopt : std::optional(found->second);
    }

    bool isFromModel(std::int32_t id) const { return m_fromModel[static_cast<std::size_t>(id)]; }

    /// Only what the model itself can build; added tokens are found in the text before.
    std::optional<std::int32_t> modelIdOf(std::string_view text) const
    {
        const auto id = idOf(text);
        return id && m_fromModel[static_cast<std::size_t>(*id)] ? id : std::nullopt;
    }

private:
    struct Slots;
    void take(Slots& slots, const std::vector<AddedToken>& added);

    std::vector<std::string> m_texts;
    std::vector<bool> m_fromModel;
    std::unordered_map<std::string_view, std::int32_t> m_ids;
};

} // namespace espalier
