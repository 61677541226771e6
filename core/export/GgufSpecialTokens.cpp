// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/GgufSpecialTokens.h"

#include "core/base/Error.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace espalier {

namespace {

Json jsonIfThere(const Path& file)
{
    std::error_code ignored;
    return std::filesystem::is_regular_file(file, ignored)
               ? parseJson(readFile(file), file.string())
               : Json();
}

class SpecialTokensWriter {
public:
    SpecialTokensWriter(GgufMetadataWriter& metadata, const SpecialTokenSources& sources)
        : m_metadata(metadata)
        , m_sources(sources)
        , m_settings(jsonIfThere(sources.folder / "tokenizer_config.json"))
    {
    }

    void write()
    {
        writeFrame();
        writeSpecials();
        writeChat();
    }

private:
    std::optional<std::uint32_t> idOf(const std::string& text) const
    {
        const auto found = std::ranges::find(m_sources.tokens, text);
        return found != m_sources.tokens.end()
                   ? std::optional(static_cast<std::uint32_t>(found - m_sources.tokens.begin()))
                   : std::nullopt;
    }

    /// What the post-processor puts around a text; more than one token on a side cannot be said.
    void writeFrame()
    {
        std::vector<std::string> before, after;
        const Json processor = m_sources.tokenizer.value("post_processor", Json());
        const Json parts = processor.is_object() && processor.contains("processors")
                               ? processor["processors"]
                               : Json::array({processor});
        for (const Json& each : parts) {
            bool seenText = false;
            for (const Json& element :
                 each.is_object() ? each.value("single", Json::array()) : Json::array()) {
                if (element.contains("Sequence")) {
                    seenText = true;
                } else if (element.contains("SpecialToken")) {
                    (seenText ? after : before)
                        .push_back(element["SpecialToken"].value("id", std::string()));
                }
            }
        }
        if (before.size() > 1 || after.size() > 1) {
            throw Error(ErrorCode::Unsupported,
                        (m_sources.folder / "tokenizer.json").string() +
                            " puts more than one token before or behind a text, which a GGUF file "
                            "cannot say. Export safetensors instead.");
        }
        m_metadata.addFlag("tokenizer.ggml.add_bos_token", !before.empty());
        m_metadata.addFlag("tokenizer.ggml.add_eos_token", !after.empty());
        if (!before.empty()) {
            m_special["bos"] = idOf(before.front());
        }
        if (!after.empty()) {
            m_special["eos"] = idOf(after.front());
        }
    }

    /// By the post-processor, else tokenizer_config.json, else config.json.
    void writeSpecials()
    {
        constexpr std::array<std::array<const char*, 3>, 4> kNames{
            {{"bos", "bos_token", "bos_token_id"},
             {"eos", "eos_token", "eos_token_id"},
             {"unknown", "unk_token", "unk_token_id"},
             {"padding", "pad_token", "pad_token_id"}}};
        for (const auto& [name, token, id] : kNames) {
            std::optional<std::uint32_t>& known = m_special[name];
            Json text = m_settings.is_object() ? m_settings.value(token, Json()) : Json();
            text = text.is_object() ? text.value("content", Json()) : text;
            if (!known && text.is_string()) {
                known = idOf(text.get<std::string>());
            }
            Json number = m_sources.config.value(id, Json());
            number = number.is_array() && !number.empty() ? number[0] : number;
            if (!known && number.is_number_unsigned()) {
                known = number.get<std::uint32_t>();
            }
            if (known) {
                m_metadata.addNumber("tokenizer.ggml." + std::string(name) + "_token_id", *known);
            }
        }
    }

    void writeChat()
    {
        std::error_code ignored;
        const Path chatFile = m_sources.folder / "chat_template.jinja";
        const Json text =
            m_settings.is_object() ? m_settings.value("chat_template", Json()) : Json();
        if (text.is_string()) {
            m_metadata.addText("tokenizer.chat_template", text.get_ref<const std::string&>());
        } else if (std::filesystem::is_regular_file(chatFile, ignored)) {
            m_metadata.addText("tokenizer.chat_template", readFile(chatFile));
        }
    }

    GgufMetadataWriter& m_metadata;
    const SpecialTokenSources& m_sources;
    Json m_settings;
    std::map<std::string, std::optional<std::uint32_t>> m_special = {};
};

} // namespace

void describeSpecialTokens(GgufMetadataWriter& metadata, const SpecialTokenSources& sources)
{
    SpecialTokensWriter(metadata, sources).write();
}

} // namespace espalier
