// SPDX-License-Identifier: GPL-3.0-or-later
// Which template a model's own Jinja text amounts to.
#include "core/base/Error.h"
#include "core/base/Sha256.h"
#include "core/tokenizer/ChatRules.h"
#include "core/tokenizer/ChatTemplate.h"
#include "core/tokenizer/TokenizerConfig.h"

#include <array>

namespace espalier {

namespace {

struct Known {
    std::string_view name;
    std::string_view sha256;
};

// Texts of public models, each compared with ours over conversations (tests/parity).
constexpr std::array kKnown{
    Known{"chatml", "153280e3ff55d19da1398bdb3914ee2a51b80429bfaedde11d7d216c39db80f3"},
    Known{"chatml", "58c1a1f04baa7adaeaba1f90267c3d57d9396f0c1f0129bdde9e76d3c6784af7"},
    Known{"smollm2", "872be49dbb638044ad01b60388f48d469ff2980e5f0dccdc22ec907db54d0788"},
    Known{"qwen2", "793202280c0910ab26bc6eb57c8212c2417324c6d8c4efd0d10d59092ab3e3eb"},
    Known{"zephyr", "66291cf0045c2425a3a667cf3cbb7af2b11f09e025c02f97245323ab79119362"},
    Known{"llama-2-chat", "9780fae5bfea3cfd7be37d328c6edfd296a8869be8131495bbe7eb37e780c88c"},
    Known{"llama-3", "ba03a121d097859c7b5b9cd03af99aafe95275210d2876f642ad9929a150f122"},
    Known{"mistral-instruct", "26a59556925c987317ce5291811ba3b7f32ec4c647c400c6cc7e3a9993007ba7"},
    Known{"mistral-instruct-v0.1",
          "7e995b379ec01747807246483647cd99030abf331653f1119e16d7ac041a3495"},
    Known{"gemma", "ecd6ae513fe103f0eb62e8ab5bfa8d0fe45c1074fa398b089c93a7e70c15cfd6"},
    Known{"phi-3", "dcaee66df77bfbb789ec541fe713218da30225a526f1db97138fc39ee6dc56aa"},
};

/// "\n" inside Jinja's quotes is a line end either way; one line end behind everything goes.
std::string normalized(std::string_view jinja)
{
    std::string text;
    for (std::size_t i = 0; i < jinja.size(); ++i) {
        const bool escaped = jinja[i] == '\\' && i + 1 < jinja.size() && jinja[i + 1] == 'n';
        text += escaped ? '\n' : jinja[i];
        i += escaped ? 1 : 0;
    }
    if (text.ends_with('\n')) {
        text.pop_back();
    }
    return text;
}

/// One text, or several with names, of which "default" is for conversations.
std::string defaultOf(const Json& value)
{
    if (value.is_string()) {
        return value.get<std::string>();
    }
    if (value.is_array()) {
        for (const Json& entry : value) {
            if (entry.is_object() && entry.value("name", Json()) == "default" &&
                entry.value("template", Json()).is_string()) {
                return entry["template"].get<std::string>();
            }
        }
    }
    return {};
}

std::string jinjaOf(const Path& folder, const TokenizerConfig& config)
{
    std::error_code ignored;
    if (const Path file = folder / "chat_template.jinja";
        std::filesystem::is_regular_file(file, ignored)) {
        return readFile(file);
    }
    return defaultOf(config.value("chat_template"));
}

std::string allNames()
{
    std::string all;
    for (const std::string& name : ChatTemplate::names()) {
        all += (all.empty() ? "" : ", ") + name;
    }
    return all;
}

} // namespace

std::optional<ChatTemplate> ChatTemplate::recognised(std::string_view jinja)
{
    const std::string text = normalized(jinja);
    Sha256 hash;
    hash.add(text.data(), text.size());
    const std::string sum = hash.hex();
    for (const Known& known : kKnown) {
        if (known.sha256 == sum) {
            return named(known.name);
        }
    }
    return {};
}

ChatTemplate ChatTemplate::ofModel(const Path& folder)
{
    const TokenizerConfig config(folder);
    const std::string jinja = jinjaOf(folder, config);
    if (jinja.empty()) {
        throw Error(ErrorCode::NotFound,
                    "Neither chat_template.jinja nor tokenizer_config.json in " + folder.string() +
                        " has a chat template. Name the one the model was taught with: " +
                        allNames() + ".");
    }
    auto result = recognised(jinja);
    if (!result) {
        throw Error(ErrorCode::Unsupported,
                    "The chat template in " + folder.string() +
                        " is none of those that are known. Name one that does the same: " +
                        allNames() + ".");
    }
    result->setTokens(config.token("bos_token", result->m_bos).value_or(""),
                      config.token("eos_token", result->m_eos).value_or(""));
    return *result;
}

} // namespace espalier
