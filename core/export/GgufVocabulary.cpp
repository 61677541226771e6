// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/GgufVocabulary.h"

#include "core/base/Error.h"
#include "core/checkpoint/GgufFile.h"
#include "core/checkpoint/GgufPath.h"
#include "core/export/GgufSpecialTokens.h"
#include "core/tokenizer/GgufSplits.h"

#include <algorithm>
#include <map>
#include <set>

namespace espalier {

namespace {

/// tokenizer.ggml.token_type, by the format's numbers.
enum TokenKind : std::int32_t { Normal = 1, Unknown, Control, User, Unused, Byte };

bool isByteToken(const std::string& text)
{
    return text.size() == 6 && text.starts_with("<0x") && text.back() == '>';
}

/// The types of a component and of those inside it.
std::set<std::string> typesIn(const Json& part, const char* inner)
{
    std::set<std::string> types;
    if (part.is_object()) {
        types.insert(part.value("type", std::string()));
        for (const Json& element : part.value(inner, Json::array())) {
            types.merge(typesIn(element, inner));
        }
    }
    return types;
}

class VocabularyWriter {
public:
    VocabularyWriter(GgufMetadataWriter& metadata, const Path& folder, const ModelConfig& config)
        : m_metadata(metadata)
        , m_file(folder / "tokenizer.json")
        , m_config(config)
        , m_json(parseJson(readFile(m_file), m_file.string()))
    {
    }

    std::vector<std::string> write()
    {
        const Json& model = part("model");
        const std::string type = model.value("type", model.contains("merges") ? "BPE" : "");
        if (type != "BPE") {
            refuse("its model is \"" + type + "\"; BPE can be written");
        }
        gather(model);
        if (typesIn(part("decoder"), "decoders").contains("ByteLevel")) {
            writeBytePairs(model);
        } else if (model.value("byte_fallback", false)) {
            writeSentencePiece(model);
        } else {
            refuse("it has neither a byte alphabet nor byte tokens");
        }
        describeSpecialTokens(m_metadata, {.folder = m_file.parent_path(),
                                           .tokenizer = m_json,
                                           .config = m_config.raw,
                                           .tokens = m_tokens});
        return std::move(m_notes);
    }

private:
    [[noreturn]] void refuse(const std::string& why) const
    {
        throw Error(ErrorCode::Unsupported, m_file.string() +
                                                " cannot be written into a GGUF file: " + why +
                                                ". Export safetensors instead.");
    }

    const Json& part(const char* key) const
    {
        static const Json none;
        const auto found = m_json.find(key);
        return found != m_json.end() ? *found : none;
    }

    /// Tokens by id, and what each is.
    void gather(const Json& model)
    {
        const auto size = static_cast<std::size_t>(m_config.vocabSize);
        m_tokens.resize(size);
        m_kinds.assign(size, Unused);
        for (std::size_t id = 0; id < size; ++id) {
            m_tokens[id] = "[PAD" + std::to_string(id) + "]";
        }
        const auto put = [&](const std::string& text, const Json& id, std::int32_t kind) {
            if (!id.is_number_unsigned() || id.get<std::size_t>() >= size) {
                refuse("its token " + compactText(text) + " has the id " + compactText(id) +
                       ", the model has " + std::to_string(size) + " tokens");
            }
            m_tokens[id.get<std::size_t>()] = text;
            m_kinds[id.get<std::size_t>()] = kind;
        };
        const bool hasBytes = model.value("byte_fallback", false);
        for (const auto& [text, id] : model.at("vocab").items()) {
            put(text, id, hasBytes && isByteToken(text) ? Byte : Normal);
        }
        for (const Json& token : m_json.value("added_tokens", Json::array())) {
            put(token.at("content").get<std::string>(), token.at("id"),
                token.value("special", false) ? Control : User);
            const bool takesBlanks = token.value("lstrip", false) || token.value("rstrip", false);
            if (takesBlanks || token.value("single_word", false)) {
                m_notes.push_back("The token " + token.at("content").get<std::string>() +
                                  " takes blanks beside it or stands only between words; a GGUF "
                                  "file cannot say so.");
            }
        }
        const std::string unknown = model.contains("unk_token") && model["unk_token"].is_string()
                                        ? model["unk_token"].get<std::string>()
                                        : "";
        if (const auto found = std::ranges::find(m_tokens, unknown);
            !unknown.empty() && found != m_tokens.end()) {
            m_kinds[static_cast<std::size_t>(found - m_tokens.begin())] = Unknown;
        }
    }

    void writeBytePairs(const Json& model)
    {
        if (const Json& form = part("normalizer"); !form.is_null()) {
            if (form.value("type", "") != "NFC") {
                refuse("it normalizes text by " + compactText(form).substr(0, 200));
            }
            m_notes.emplace_back("The tokenizer puts text into the Unicode form NFC first, "
                                 "llama.cpp does not: decomposed letters give other ids there.");
        }
        const auto name = ggufSplitOf(part("pre_tokenizer"), model.value("ignore_merges", false));
        if (!name) {
            refuse("its way to cut text, " + compactText(part("pre_tokenizer")).substr(0, 400) +
                   ", has no name there");
        }
        std::vector<std::string> merges;
        for (const Json& merge : model.at("merges")) {
            merges.push_back(merge.is_string() ? merge.get<std::string>()
                                               : merge.at(0).get<std::string>() + " " +
                                                     merge.at(1).get<std::string>());
        }
        m_metadata.addText("tokenizer.ggml.model", "gpt2");
        m_metadata.addText("tokenizer.ggml.pre", *name);
        m_metadata.addTexts("tokenizer.ggml.tokens", m_tokens);
        m_metadata.addNumbers("tokenizer.ggml.token_type", m_kinds);
        m_metadata.addTexts("tokenizer.ggml.merges", merges);
    }

    /// A space becomes a mark, one more stands in front of the text or not.
    bool prependsSpace() const
    {
        const std::set<std::string> normalizers = typesIn(part("normalizer"), "normalizers");
        const Json& cut = part("pre_tokenizer");
        if (normalizers.contains("Prepend")) {
            return true;
        }
        if (cut.is_object() && cut.value("type", "") == "Metaspace") {
            const bool prefix = cut.value("add_prefix_space", true);
            return cut.value("prepend_scheme", prefix ? "always" : "never") != "never";
        }
        return false;
    }

    void writeSentencePiece(const Json& model)
    {
        const std::set<std::string> normalizers = typesIn(part("normalizer"), "normalizers");
        for (const std::string& type : normalizers) {
            if (type != "Sequence" && type != "Prepend" && type != "Replace") {
                refuse("it normalizes text by " + type);
            }
        }
        const std::set<std::string> cuts = typesIn(part("pre_tokenizer"), "pretokenizers");
        if (!cuts.empty() && cuts != std::set<std::string>{"Metaspace"}) {
            refuse("it cuts text by " + *cuts.begin());
        }
        m_metadata.addText("tokenizer.ggml.model", "llama");
        m_metadata.addText("tokenizer.ggml.pre", "default");
        m_metadata.addTexts("tokenizer.ggml.tokens", m_tokens);
        m_metadata.addReals("tokenizer.ggml.scores", scoresOf(model));
        m_metadata.addNumbers("tokenizer.ggml.token_type", m_kinds);
        m_metadata.addFlag("tokenizer.ggml.add_space_prefix", prependsSpace());
    }

    /// SentencePiece joins the pair whose whole has the best score, so the score of a token is the
    /// place of its first merge; letters, which no merge makes, come last.
    std::vector<float> scoresOf(const Json& model) const
    {
        std::map<std::string, std::size_t, std::less<>> ranks;
        for (const Json& merge : model.at("merges")) {
            std::string whole;
            if (merge.is_string()) {
                whole = merge.get<std::string>();
                whole.erase(std::min(whole.find(' '), whole.size() - 1), 1);
            } else {
                whole = merge.at(0).get<std::string>() + merge.at(1).get<std::string>();
            }
            ranks.emplace(std::move(whole), ranks.size());
        }
        std::vector<float> scores;
        for (std::size_t id = 0; id < m_tokens.size(); ++id) {
            const auto rank = ranks.find(m_tokens[id]);
            const bool isMerged = rank != ranks.end() && m_kinds[id] == Normal;
            const std::size_t place = isMerged ? rank->second : ranks.size() + id;
            const bool isWord = m_kinds[id] == Normal;
            scores.push_back(isWord ? -static_cast<float>(place) : 0.0F);
        }
        return scores;
    }

    GgufMetadataWriter& m_metadata;
    Path m_file;
    const ModelConfig& m_config;
    Json m_json;
    std::vector<std::string> m_tokens = {}, m_notes = {};
    std::vector<std::int32_t> m_kinds = {};
};

std::vector<std::string> copyTokenizer(GgufMetadataWriter& metadata, const Path& source)
{
    const GgufFile file(source);
    for (const auto& [key, value] : file.metadata()) {
        if (key.starts_with("tokenizer.")) {
            metadata.addJson(key, value);
        }
    }
    return {};
}

} // namespace

std::vector<std::string> describeTokenizer(GgufMetadataWriter& metadata, const Path& source,
                                           const ModelConfig& config)
{
    if (const auto gguf = ggufFileOf(source)) {
        return copyTokenizer(metadata, *gguf);
    }
    std::error_code ignored;
    if (!std::filesystem::exists(source / "tokenizer.json", ignored)) {
        metadata.addText("tokenizer.ggml.model", "none");
        return {"There is no tokenizer.json in " + source.string() +
                ", so the file has no tokenizer: llama.cpp takes and gives token ids only."};
    }
    try {
        return VocabularyWriter(metadata, source, config).write();
    } catch (const Json::exception& error) {
        throw Error(ErrorCode::Corrupt, (source / "tokenizer.json").string() +
                                            " is not what a tokenizer should be (" + error.what() +
                                            "). Copy the model's own again.");
    }
}

} // namespace espalier
