// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/GgufTokens.h"

#include "core/base/Error.h"
#include "core/tokenizer/Utf8.h"

#include <utility>

namespace espalier {

namespace {

std::string fullName(const std::string& key)
{
    return "tokenizer.ggml." + key;
}

std::string base64(const std::string& bytes)
{
    constexpr const char* kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t three = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            const unsigned char byte =
                i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0;
            three = three << 8 | byte;
        }
        for (std::size_t j = 0; j < 4; ++j) {
            text += i + j <= bytes.size() ? kDigits[three >> (18 - 6 * j) & 63U] : '=';
        }
    }
    return text;
}

} // namespace

GgufTokens::GgufTokens(const GgufFile& file)
    : m_file(file)
{
    m_tokens = &list("tokens");
    if (m_tokens->empty()) {
        corrupt("the vocabulary is empty");
    }
    if (const Json* kinds = find("token_type")) {
        m_kinds = &matching("token_type", *kinds);
    }
    if (const Json* scores = find("scores")) {
        m_scores = &matching("scores", *scores);
    }
}

void GgufTokens::corrupt(const std::string& what) const
{
    throw Error(ErrorCode::Corrupt,
                m_file.where() + ": " + what + ". Copy or download the file again.");
}

const Json* GgufTokens::find(const std::string& key) const
{
    return m_file.find(fullName(key));
}

std::string GgufTokens::text(const std::string& key) const
{
    const Json* value = find(key);
    if (value == nullptr || !value->is_string()) {
        corrupt(fullName(key) + " is missing or no text");
    }
    return value->get<std::string>();
}

bool GgufTokens::flag(const std::string& key, bool fallback) const
{
    const Json* value = find(key);
    return value != nullptr && value->is_boolean() ? value->get<bool>() : fallback;
}

const Json& GgufTokens::list(const std::string& key) const
{
    const Json* value = find(key);
    if (value == nullptr || !value->is_array()) {
        corrupt(fullName(key) + " is missing or no list");
    }
    return *value;
}

const Json& GgufTokens::matching(const std::string& key, const Json& value) const
{
    // All elements of a list are of one type.
    if (!value.is_array() || value.size() != size() || !value[0].is_number()) {
        corrupt(fullName(key) + " is no list of " + std::to_string(size()) +
                " numbers, one for each token");
    }
    return value;
}

std::optional<std::size_t> GgufTokens::special(const std::string& name) const
{
    const Json* id = find(name + "_token_id");
    return id != nullptr && id->is_number_unsigned() && *id < size()
               ? std::optional(id->get<std::size_t>())
               : std::nullopt;
}

const std::string& GgufTokens::textOf(std::size_t id) const
{
    const Json& token = (*m_tokens)[id];
    if (!token.is_string()) {
        corrupt("token " + std::to_string(id) + " is no text");
    }
    if (firstInvalidByte(token.get_ref<const std::string&>())) {
        corrupt("token " + std::to_string(id) + " is not UTF-8");
    }
    return token.get_ref<const std::string&>();
}

GgufTokenKind GgufTokens::kindOf(std::size_t id) const
{
    return m_kinds == nullptr ? GgufTokenKind::Normal
                              : static_cast<GgufTokenKind>((*m_kinds)[id].get<int>());
}

double GgufTokens::scoreOf(std::size_t id) const
{
    if (m_scores == nullptr) {
        corrupt(fullName("scores") + " is missing");
    }
    return (*m_scores)[id].get<double>();
}

Json GgufTokens::vocabulary() const
{
    Json entries = Json::object();
    for (std::size_t id = 0; id < size(); ++id) {
        if (!entries.emplace(textOf(id), id).second) {
            corrupt("the tokens " + compactText(entries[textOf(id)]) + " and " +
                    std::to_string(id) + " are the same, " + compactText(textOf(id)));
        }
    }
    return entries;
}

Json GgufTokens::addedTokens() const
{
    Json added = Json::array();
    for (std::size_t id = 0; id < size(); ++id) {
        const GgufTokenKind kind = kindOf(id);
        const bool isSpecial = kind == GgufTokenKind::Control || kind == GgufTokenKind::Unknown;
        if ((isSpecial || kind == GgufTokenKind::User) && !textOf(id).empty()) {
            added.push_back({{"id", id},
                             {"content", textOf(id)},
                             {"single_word", false},
                             {"lstrip", false},
                             {"rstrip", false},
                             {"normalized", false},
                             {"special", isSpecial}});
        }
    }
    return added;
}

Json GgufTokens::frame(std::optional<std::size_t> begin, std::optional<std::size_t> end) const
{
    Json single = Json::array(), pair = Json::array(), specials = Json::object();
    const auto add = [&](std::optional<std::size_t> id, Json& list, int part) {
        if (!id) {
            return;
        }
        const std::string& content = textOf(*id);
        specials[content] = {
            {"id", content}, {"ids", Json::array({*id})}, {"tokens", Json::array({content})}};
        list.push_back({{"SpecialToken", {{"id", content}, {"type_id", part}}}});
    };
    const auto addText = [](Json& list, const char* which, int part) {
        list.push_back({{"Sequence", {{"id", which}, {"type_id", part}}}});
    };
    for (Json* list : {&single, &pair}) {
        add(begin, *list, 0);
        addText(*list, "A", 0);
        add(end, *list, 0);
    }
    addText(pair, "B", 1);
    add(end, pair, 1);
    return {{"type", "TemplateProcessing"},
            {"single", std::move(single)},
            {"pair", std::move(pair)},
            {"special_tokens", std::move(specials)}};
}

Json GgufTokens::charsMap() const
{
    const Json* map = find("precompiled_charsmap");
    if (map == nullptr || !map->is_array() || map->empty()) {
        return nullptr;
    }
    std::string bytes;
    for (const Json& byte : *map) {
        if (!byte.is_number_integer()) {
            corrupt("tokenizer.ggml.precompiled_charsmap is no list of bytes");
        }
        bytes += static_cast<char>(byte.get<std::int64_t>());
    }
    return {{"type", "Precompiled"}, {"precompiled_charsmap", base64(bytes)}};
}

} // namespace espalier
