// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/GgufTokenizer.h"

#include "core/base/Error.h"
#include "core/checkpoint/GgufFile.h"
#include "core/checkpoint/GgufPath.h"
#include "core/tokenizer/GgufSplits.h"
#include "core/tokenizer/MergesOfScores.h"
#include "core/tokenizer/Utf8.h"

#include <optional>
#include <utility>
#include <vector>

namespace espalier {

namespace {

constexpr const char* kSpace = "\u2581"; // stands for a space inside SentencePiece's pieces

/// tokenizer.ggml.token_type, by the format's numbers.
enum class TokenKind { Normal = 1, Unknown, Control, User, Unused, Byte };

Json replace(const char* from, const char* to)
{
    return {{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
}

/// What llama.cpp writes for a model without tokenizer.
bool isNoTokenizer(const Json& model)
{
    return model == "none" || model == "no_vocab";
}

class TokenizerMaker {
public:
    explicit TokenizerMaker(const GgufFile& file)
        : m_file(file)
    {
    }

    Json make()
    {
        const std::string model = text("model");
        if (isNoTokenizer(model)) {
            throw Error(ErrorCode::NotFound,
                        m_file.where() +
                            " has no tokenizer. Give data as tokens:FILE.i32, or use a "
                            "file that has one.");
        }
        m_tokens = &list("tokens");
        if (m_tokens->empty()) {
            corrupt("the vocabulary is empty");
        }
        if (const Json* kinds = find("token_type")) {
            m_kinds = &matching("token_type", *kinds);
        }
        if (model == "gpt2") {
            return bytePairs();
        }
        if (model == "llama") {
            return sentencePiece();
        }
        throw Error(ErrorCode::Unsupported, m_file.where() + ": the tokenizer is of the kind \"" +
                                                model + "\"; known are gpt2 and llama.");
    }

    Json config() const
    {
        Json config{{"tokenizer_class", "PreTrainedTokenizerFast"}};
        const std::pair<const char*, const char*> tokens[] = {{"bos_token", "bos"},
                                                              {"eos_token", "eos"},
                                                              {"unk_token", "unknown"},
                                                              {"pad_token", "padding"}};
        const Json* texts = find("tokens");
        for (const auto& [key, name] : tokens) {
            const auto id = special(name);
            if (id && texts != nullptr && *id < texts->size() && texts->at(*id).is_string()) {
                config[key] = texts->at(*id);
            }
        }
        const Json* chat = m_file.find("tokenizer.chat_template");
        if (chat != nullptr && chat->is_string() &&
            !firstInvalidByte(chat->get_ref<const std::string&>())) {
            config["chat_template"] = *chat;
        }
        return config;
    }

private:
    [[noreturn]] void corrupt(const std::string& what) const
    {
        throw Error(ErrorCode::Corrupt,
                    m_file.where() + ": " + what + ". Copy or download the file again.");
    }

    static std::string fullName(const std::string& key) { return "tokenizer.ggml." + key; }

    const Json* find(const std::string& key) const { return m_file.find(fullName(key)); }

    std::string text(const std::string& key) const
    {
        const Json* value = find(key);
        if (value == nullptr || !value->is_string()) {
            corrupt(fullName(key) + " is missing or no text");
        }
        return value->get<std::string>();
    }

    bool flag(const std::string& key, bool fallback) const
    {
        const Json* value = find(key);
        return value != nullptr && value->is_boolean() ? value->get<bool>() : fallback;
    }

    const Json& list(const std::string& key) const
    {
        const Json* value = find(key);
        if (value == nullptr || !value->is_array()) {
            corrupt(fullName(key) + " is missing or no list");
        }
        return *value;
    }

    const Json& matching(const std::string& key, const Json& value) const
    {
        if (!value.is_array() || value.size() != m_tokens->size() ||
            (!value.empty() && !value[0].is_number())) {
            corrupt(fullName(key) + " is no list of " + std::to_string(m_tokens->size()) +
                    " numbers, one for each token");
        }
        return value;
    }

    std::optional<std::size_t> special(const std::string& name) const
    {
        const Json* id = find(name + "_token_id");
        return id != nullptr && id->is_number_unsigned() ? std::optional(id->get<std::size_t>())
                                                         : std::nullopt;
    }

    TokenKind kindOf(std::size_t id) const
    {
        return m_kinds == nullptr ? TokenKind::Normal
                                  : static_cast<TokenKind>((*m_kinds)[id].get<int>());
    }

    const std::string& tokenText(std::size_t id) const
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

    Json vocabulary() const
    {
        Json entries = Json::object();
        for (std::size_t id = 0; id < m_tokens->size(); ++id) {
            if (!entries.emplace(tokenText(id), id).second) {
                corrupt("the tokens " + compactText(entries[tokenText(id)]) + " and " +
                        std::to_string(id) + " are the same, " + compactText(tokenText(id)));
            }
        }
        return entries;
    }

    /// What is looked for in the text before anything else.
    Json addedTokens() const
    {
        Json added = Json::array();
        for (std::size_t id = 0; id < m_tokens->size(); ++id) {
            const TokenKind kind = kindOf(id);
            const bool isSpecial = kind == TokenKind::Control || kind == TokenKind::Unknown;
            if ((isSpecial || kind == TokenKind::User) && !tokenText(id).empty()) {
                added.push_back({{"id", id},
                                 {"content", tokenText(id)},
                                 {"single_word", false},
                                 {"lstrip", false},
                                 {"rstrip", false},
                                 {"normalized", false},
                                 {"special", isSpecial}});
            }
        }
        return added;
    }

    /// The begin token before a text and the end token behind it, as the file says.
    Json postProcessor(bool addsBegin) const
    {
        Json single = Json::array(), pair = Json::array(), specials = Json::object();
        const auto add = [&](const char* name) {
            const auto id = special(name);
            if (!id || *id >= m_tokens->size()) {
                corrupt("a token is to be put around texts, but " +
                        fullName(std::string(name) + "_token_id") +
                        " is missing or names no token");
            }
            const std::string& content = tokenText(*id);
            specials[content] = {
                {"id", content}, {"ids", Json::array({*id})}, {"tokens", Json::array({content})}};
            single.push_back({{"SpecialToken", {{"id", content}, {"type_id", 0}}}});
            pair.push_back({{"SpecialToken", {{"id", content}, {"type_id", 0}}}});
        };
        if (flag("add_bos_token", addsBegin)) {
            add("bos");
        }
        single.push_back({{"Sequence", {{"id", "A"}, {"type_id", 0}}}});
        pair.push_back({{"Sequence", {{"id", "A"}, {"type_id", 0}}}});
        pair.push_back({{"Sequence", {{"id", "B"}, {"type_id", 1}}}});
        if (flag("add_eos_token", false)) {
            add("eos");
        }
        return {{"type", "TemplateProcessing"},
                {"single", std::move(single)},
                {"pair", std::move(pair)},
                {"special_tokens", std::move(specials)}};
    }

    Json whole(Json normalizer, Json preTokenizer, Json decoder, bool addsBegin, Json model) const
    {
        return {{"version", "1.0"},
                {"truncation", nullptr},
                {"padding", nullptr},
                {"added_tokens", addedTokens()},
                {"normalizer", std::move(normalizer)},
                {"pre_tokenizer", std::move(preTokenizer)},
                {"post_processor", postProcessor(addsBegin)},
                {"decoder", std::move(decoder)},
                {"model", std::move(model)}};
    }

    static Json bpeModel()
    {
        return {{"type", "BPE"},
                {"dropout", nullptr},
                {"unk_token", nullptr},
                {"continuing_subword_prefix", nullptr},
                {"end_of_word_suffix", nullptr},
                {"fuse_unk", false},
                {"byte_fallback", false},
                {"ignore_merges", false}};
    }

    Json bytePairs() const
    {
        const std::string name = find("pre") != nullptr ? text("pre") : "default";
        const auto split = ggufSplit(name);
        if (!split) {
            throw Error(ErrorCode::Unsupported,
                        m_file.where() + ": tokenizer.ggml.pre is \"" + name +
                            "\", a way to cut text that is not known here. Known are " +
                            ggufSplitNames() + ".");
        }
        Json model = bpeModel();
        model["ignore_merges"] = split->ignoresMerges;
        model["vocab"] = vocabulary();
        model["merges"] = list("merges");
        return whole(nullptr, preTokenizerOf(*split),
                     {{"type", "ByteLevel"},
                      {"add_prefix_space", true},
                      {"trim_offsets", true},
                      {"use_regex", true}},
                     split->addsBegin, std::move(model));
    }

    Json sentencePiece() const
    {
        const Json& scores = matching("scores", list("scores"));
        std::vector<ScoredPiece> pieces;
        for (std::size_t id = 0; id < m_tokens->size(); ++id) {
            const TokenKind kind = kindOf(id);
            pieces.push_back({tokenText(id), scores[id].get<float>(),
                              kind == TokenKind::Normal || kind == TokenKind::User});
        }
        Json model = bpeModel();
        model["vocab"] = vocabulary();
        model["merges"] = mergesOfScores(pieces);
        model["byte_fallback"] = true;
        model["fuse_unk"] = true;
        if (const auto unknown = special("unknown"); unknown && *unknown < m_tokens->size()) {
            model["unk_token"] = tokenText(*unknown);
        }
        Json normalizers = Json::array({replace(" ", kSpace)});
        Json decoders = Json::array(
            {replace(kSpace, " "), Json{{"type", "ByteFallback"}}, Json{{"type", "Fuse"}}});
        if (flag("add_space_prefix", true)) {
            normalizers.insert(normalizers.begin(), Json{{"type", "Prepend"}, {"prepend", kSpace}});
            decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
        }
        return whole({{"type", "Sequence"}, {"normalizers", std::move(normalizers)}}, nullptr,
                     {{"type", "Sequence"}, {"decoders", std::move(decoders)}}, true,
                     std::move(model));
    }

    const GgufFile& m_file;
    const Json* m_tokens = nullptr;
    const Json* m_kinds = nullptr; // null: all are normal
};

} // namespace

Json ggufTokenizer(const GgufFile& file)
{
    return TokenizerMaker(file).make();
}

Json ggufTokenizerConfig(const GgufFile& file)
{
    return TokenizerMaker(file).config();
}

bool hasTokenizer(const Path& model)
{
    if (const auto gguf = ggufFileOf(model)) {
        const GgufFile file(*gguf);
        const Json* kind = file.find("tokenizer.ggml.model");
        return kind != nullptr && !isNoTokenizer(*kind);
    }
    std::error_code ignored;
    return std::filesystem::exists(model / "tokenizer.json", ignored);
}

void writeGgufTokenizer(const GgufFile& file, const Path& folder)
{
    writeFileAtomically(folder / "tokenizer.json", ggufTokenizer(file).dump(2) + "\n");
    writeFileAtomically(folder / "tokenizer_config.json", ggufTokenizerConfig(file).dump(2) + "\n");
}

} // namespace espalier
