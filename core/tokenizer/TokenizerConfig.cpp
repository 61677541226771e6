// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/TokenizerConfig.h"

#include "core/tokenizer/JsonPart.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <unordered_map>

namespace espalier {

namespace {

Json objectIn(const Path& file)
{
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file, ignored)) {
        return Json::object();
    }
    Json json = parseJson(readFile(file), file.string());
    JsonPart(json, file.string()); // refuses what is no object
    return json;
}

class Collector {
public:
    explicit Collector(const std::vector<std::string>& texts)
    {
        for (std::size_t id = 0; id < texts.size(); ++id) {
            m_ids.emplace(texts[id], static_cast<std::int32_t>(id));
        }
        m_next = static_cast<std::int32_t>(texts.size());
    }

    bool knows(const std::string& text) const { return m_ids.contains(text); }

    void add(AddedToken token, std::optional<std::int32_t> id = {})
    {
        const bool there = std::ranges::any_of(
            m_tokens, [&](const AddedToken& other) { return other.content == token.content; });
        if (there || token.content.empty()) {
            return;
        }
        const auto found = m_ids.find(token.content);
        token.id = found != m_ids.end() ? found->second : id.value_or(m_next);
        m_next = std::max(
            m_next, token.id == std::numeric_limits<std::int32_t>::max() ? token.id : token.id + 1);
        m_tokens.push_back(std::move(token));
    }

    std::vector<AddedToken> take()
    {
        std::ranges::stable_sort(
            m_tokens, [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
        return std::move(m_tokens);
    }

private:
    std::unordered_map<std::string, std::int32_t> m_ids = {};
    std::vector<AddedToken> m_tokens = {};
    std::int32_t m_next = 0;
};

std::int32_t idFrom(const JsonPart& part, const std::string& text)
{
    std::int32_t id = -1;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || id < 0) {
        part.corrupt("gives a token the id \"" + text + "\"");
    }
    return id;
}

} // namespace

TokenizerConfig::TokenizerConfig(const Path& folder)
    : m_folder(folder)
    , m_config(objectIn(folder / "tokenizer_config.json"))
    , m_special(objectIn(folder / "special_tokens_map.json"))
    , m_added(objectIn(folder / "added_tokens.json"))
{
}

std::string TokenizerConfig::className() const
{
    std::string name = JsonPart(m_config, (m_folder / "tokenizer_config.json").string())
                           .text("tokenizer_class", "");
    if (name.ends_with("Fast")) {
        name.resize(name.size() - 4);
    }
    return name;
}

const Json* TokenizerConfig::find(const char* key) const
{
    for (const Json* file : {&m_config, &m_special}) {
        const auto found = file->find(key);
        if (found != file->end()) {
            return &*found;
        }
    }
    return nullptr;
}

bool TokenizerConfig::has(const char* key) const
{
    const Json* found = find(key);
    return found != nullptr && !found->is_null();
}

Json TokenizerConfig::value(const char* key) const
{
    const Json* found = find(key);
    return found == nullptr ? Json() : *found;
}

bool TokenizerConfig::flag(const char* key, bool fallback) const
{
    return JsonPart(m_config, (m_folder / "tokenizer_config.json").string()).flag(key, fallback);
}

std::int64_t TokenizerConfig::integer(const char* key, std::int64_t fallback) const
{
    const JsonPart part(m_config, (m_folder / "tokenizer_config.json").string());
    return part.has(key) ? part.integer(key) : fallback;
}

/// A text, or an object with its flags.
AddedToken TokenizerConfig::tokenFrom(const Json& value) const
{
    AddedToken token;
    token.special = true;
    if (value.is_string()) {
        token.content = value.get<std::string>();
        return token;
    }
    const JsonPart part(value, (m_folder / "tokenizer_config.json").string());
    token.content = part.text("content");
    token.singleWord = part.flag("single_word", false);
    token.lstrip = part.flag("lstrip", false);
    token.rstrip = part.flag("rstrip", false);
    token.special = part.flag("special", true);
    token.normalized = part.flag("normalized", false);
    return token;
}

std::optional<std::string> TokenizerConfig::token(const char* key,
                                                  std::optional<std::string> fallback) const
{
    const Json* found = find(key);
    if (found == nullptr) {
        return fallback;
    }
    return found->is_null() ? std::nullopt : std::optional(tokenFrom(*found).content);
}

std::vector<AddedToken>
TokenizerConfig::addedTokens(const std::vector<std::pair<const char*, const char*>>& usual,
                             const std::vector<std::string>& texts) const
{
    Collector tokens(texts);
    if (const Json* decoder = find("added_tokens_decoder"); decoder != nullptr) {
        const JsonPart part(*decoder, (m_folder / "tokenizer_config.json").string());
        for (const auto& [id, value] : decoder->items()) {
            AddedToken token = tokenFrom(value);
            token.special = part.element(value).flag("special", false);
            tokens.add(std::move(token), idFrom(part, id));
        }
    }
    for (const auto& [text, id] : m_added.items()) {
        AddedToken token;
        token.content = text;
        token.normalized = true;
        const JsonPart part(m_added, (m_folder / "added_tokens.json").string());
        tokens.add(std::move(token), idFrom(part, compactText(id)));
    }
    for (const auto& [key, text] : usual) {
        const Json* found = find(key);
        if (found != nullptr && !found->is_null()) {
            tokens.add(tokenFrom(*found));
        } else if (found == nullptr && tokens.knows(text)) {
            AddedToken token = tokenFrom(Json(text));
            // The one usual token that takes the space before it.
            token.lstrip = std::string_view(text) == "<mask>";
            tokens.add(std::move(token));
        }
    }
    for (const char* key : {"additional_special_tokens", "extra_special_tokens"}) {
        if (const Json* more = find(key); more != nullptr && more->is_array()) {
            for (const Json& value : *more) {
                tokens.add(tokenFrom(value));
            }
        }
    }
    return tokens.take();
}

} // namespace espalier
