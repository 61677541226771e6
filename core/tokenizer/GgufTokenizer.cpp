// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/GgufTokenizer.h"

#include "core/base/Error.h"
#include "core/checkpoint/GgufFile.h"
#include "core/tokenizer/GgufSplits.h"
#include "core/tokenizer/GgufTokens.h"
#include "core/tokenizer/MergesOfScores.h"
#include "core/tokenizer/Utf8.h"

#include <optional>
#include <utility>
#include <vector>

namespace espalier {

namespace {

constexpr const char* kSpace = "\u2581"; // stands for a space inside pieces
constexpr const char* kModelKey = "tokenizer.ggml.model";

/// What llama.cpp writes for a model without tokenizer.
bool isNoTokenizer(const Json& model)
{
    return model == "none" || model == "no_vocab";
}

Json replace(const char* from, const char* to)
{
    return {{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
}

Json sequence(const char* key, Json parts)
{
    return {{"type", "Sequence"}, {key, std::move(parts)}};
}

/// The tokens that the file's flags put around a text.
Json frameOf(const GgufTokens& tokens, bool addsBegin, bool addsEnd, const char* endName = "eos")
{
    const auto wanted = [&](bool adds, const char* name) -> std::optional<std::size_t> {
        const auto id = tokens.special(name);
        if (adds && !id) {
            tokens.corrupt("a token is to be put around texts, but tokenizer.ggml." +
                           std::string(name) + "_token_id is missing or names no token");
        }
        return adds ? id : std::nullopt;
    };
    return tokens.frame(wanted(tokens.flag("add_bos_token", addsBegin), "bos"),
                        wanted(addsEnd, endName));
}

struct Parts {
    Json normalizer = {}, preTokenizer = {}, postProcessor = {}, decoder = {}, model = {};
};

Json whole(const GgufTokens& tokens, Parts parts)
{
    return {{"version", "1.0"},
            {"truncation", nullptr},
            {"padding", nullptr},
            {"added_tokens", tokens.addedTokens()},
            {"normalizer", std::move(parts.normalizer)},
            {"pre_tokenizer", std::move(parts.preTokenizer)},
            {"post_processor", std::move(parts.postProcessor)},
            {"decoder", std::move(parts.decoder)},
            {"model", std::move(parts.model)}};
}

Json bpeModel(const GgufTokens& tokens, Json merges)
{
    return {{"type", "BPE"},
            {"dropout", nullptr},
            {"unk_token", nullptr},
            {"continuing_subword_prefix", nullptr},
            {"end_of_word_suffix", nullptr},
            {"fuse_unk", false},
            {"byte_fallback", false},
            {"ignore_merges", false},
            {"vocab", tokens.vocabulary()},
            {"merges", std::move(merges)}};
}

/// "gpt2": byte-level BPE.
Json bytePairs(const GgufTokens& tokens)
{
    const std::string name = tokens.find("pre") != nullptr ? tokens.text("pre") : "default";
    const auto split = ggufSplit(name);
    if (!split) {
        throw Error(ErrorCode::Unsupported,
                    tokens.where() + ": tokenizer.ggml.pre is \"" + name +
                        "\", a way to cut text that is not known here. Known are " +
                        ggufSplitNames() + ".");
    }
    Json model = bpeModel(tokens, tokens.list("merges"));
    model["ignore_merges"] = split->ignoresMerges;
    return whole(tokens, {.preTokenizer = preTokenizerOf(*split),
                          .postProcessor = frameOf(tokens, split->addsBegin,
                                                   tokens.flag("add_eos_token", false)),
                          .decoder = {{"type", "ByteLevel"},
                                      {"add_prefix_space", true},
                                      {"trim_offsets", true},
                                      {"use_regex", true}},
                          .model = std::move(model)});
}

/// "llama": SentencePiece's BPE, which merges by scores.
Json sentencePiece(const GgufTokens& tokens)
{
    std::vector<ScoredPiece> pieces;
    for (std::size_t id = 0; id < tokens.size(); ++id) {
        const GgufTokenKind kind = tokens.kindOf(id);
        pieces.push_back({tokens.textOf(id), static_cast<float>(tokens.scoreOf(id)),
                          kind == GgufTokenKind::Normal || kind == GgufTokenKind::User});
    }
    Json model = bpeModel(tokens, mergesOfScores(pieces));
    model["byte_fallback"] = true;
    model["fuse_unk"] = true;
    if (const auto unknown = tokens.special("unknown")) {
        model["unk_token"] = tokens.textOf(*unknown);
    }
    Json normalizers = Json::array({replace(" ", kSpace)});
    Json decoders =
        Json::array({replace(kSpace, " "), Json{{"type", "ByteFallback"}}, Json{{"type", "Fuse"}}});
    if (tokens.flag("add_space_prefix", true)) {
        normalizers.insert(normalizers.begin(), Json{{"type", "Prepend"}, {"prepend", kSpace}});
        decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
    }
    return whole(tokens,
                 {.normalizer = sequence("normalizers", std::move(normalizers)),
                  .postProcessor = frameOf(tokens, true, tokens.flag("add_eos_token", false)),
                  .decoder = sequence("decoders", std::move(decoders)),
                  .model = std::move(model)});
}

/// "bert": WordPiece, whose file marks the beginning of a word where others mark its inside.
Json wordPiece(const GgufTokens& tokens)
{
    const std::string mark = kSpace;
    Json entries = Json::object();
    for (std::size_t id = 0; id < tokens.size(); ++id) {
        std::string text = tokens.textOf(id);
        const GgufTokenKind kind = tokens.kindOf(id);
        if (kind != GgufTokenKind::Control && kind != GgufTokenKind::Unknown) {
            text = text.starts_with(mark) ? text.substr(mark.size()) : "##" + text;
        }
        if (!entries.emplace(text, id).second) {
            tokens.corrupt("two tokens are the same, " + compactText(text));
        }
    }
    const auto unknown = tokens.special("unknown");
    if (!unknown) {
        tokens.corrupt("tokenizer.ggml.unknown_token_id is missing or names no token");
    }
    const bool lowers = tokens.flag("normalizer.lowercase", true);
    return whole(tokens,
                 {.normalizer = {{"type", "BertNormalizer"},
                                 {"clean_text", true},
                                 {"handle_chinese_chars", true},
                                 {"strip_accents", tokens.flag("normalizer.strip_accents", lowers)},
                                 {"lowercase", lowers}},
                  .preTokenizer = {{"type", "BertPreTokenizer"}},
                  .postProcessor = frameOf(tokens, true, tokens.flag("add_sep_token", true),
                                           "seperator"), // spelled so in the format
                  .decoder = {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}},
                  .model = {{"type", "WordPiece"},
                            {"unk_token", tokens.textOf(*unknown)},
                            {"continuing_subword_prefix", "##"},
                            {"max_input_chars_per_word", 100},
                            {"vocab", std::move(entries)}}});
}

/// "t5": SentencePiece's unigram model.
Json unigram(const GgufTokens& tokens)
{
    Json pieces = Json::array();
    for (std::size_t id = 0; id < tokens.size(); ++id) {
        pieces.push_back(Json::array({tokens.textOf(id), tokens.scoreOf(id)}));
    }
    Json normalizers = Json::array();
    if (Json map = tokens.charsMap(); !map.is_null()) {
        normalizers.push_back(std::move(map));
    }
    if (tokens.flag("remove_extra_whitespaces", false)) {
        normalizers.push_back({{"type", "Strip"}, {"strip_left", true}, {"strip_right", true}});
        normalizers.push_back(
            {{"type", "Replace"}, {"pattern", {{"Regex", " {2,}"}}}, {"content", " "}});
    }
    const Json metaspace{
        {"type", "Metaspace"},
        {"replacement", kSpace},
        {"prepend_scheme", tokens.flag("add_space_prefix", true) ? "always" : "never"},
        {"split", true}};
    const auto unknown = tokens.special("unknown");
    return whole(
        tokens, {.normalizer =
                     normalizers.empty() ? Json() : sequence("normalizers", std::move(normalizers)),
                 .preTokenizer = metaspace,
                 .postProcessor = frameOf(tokens, false, tokens.flag("add_eos_token", true)),
                 .decoder = metaspace,
                 .model = {{"type", "Unigram"},
                           {"unk_id", unknown ? Json(*unknown) : Json()},
                           {"byte_fallback", false},
                           {"vocab", std::move(pieces)}}});
}

} // namespace

Json ggufTokenizer(const GgufFile& file)
{
    const Json* model = file.find(kModelKey);
    if (model != nullptr && isNoTokenizer(*model)) {
        throw Error(ErrorCode::NotFound, file.where() +
                                             " has no tokenizer. Give data as tokens:FILE.i32, or "
                                             "use a file that has one.");
    }
    if (model == nullptr || !model->is_string()) {
        throw Error(ErrorCode::Corrupt, file.where() + ": " + std::string(kModelKey) +
                                            " is missing or no text. Download the file again.");
    }
    const std::pair<const char*, Json (*)(const GgufTokens&)> kinds[] = {
        {"gpt2", bytePairs}, {"llama", sentencePiece}, {"bert", wordPiece}, {"t5", unigram}};
    for (const auto& [name, make] : kinds) {
        if (*model == name) {
            return make(GgufTokens(file));
        }
    }
    throw Error(ErrorCode::Unsupported, file.where() + ": the tokenizer is of the kind " +
                                            compactText(*model) +
                                            "; known are gpt2, llama, bert and t5.");
}

Json ggufTokenizerConfig(const GgufFile& file)
{
    const GgufTokens tokens(file);
    Json config{{"tokenizer_class", "PreTrainedTokenizerFast"}};
    const std::pair<const char*, const char*> names[] = {
        {"bos_token", "bos"},     {"eos_token", "eos"},       {"unk_token", "unknown"},
        {"pad_token", "padding"}, {"sep_token", "seperator"}, {"cls_token", "cls"},
        {"mask_token", "mask"}};
    for (const auto& [key, name] : names) {
        if (const auto id = tokens.special(name)) {
            config[key] = tokens.textOf(*id);
        }
    }
    const Json* chat = file.find("tokenizer.chat_template");
    if (chat != nullptr && chat->is_string() &&
        !firstInvalidByte(chat->get_ref<const std::string&>())) {
        config["chat_template"] = *chat;
    }
    return config;
}

bool hasGgufTokenizer(const GgufFile& file)
{
    const Json* kind = file.find(kModelKey);
    return kind != nullptr && !isNoTokenizer(*kind);
}

void writeGgufTokenizer(const GgufFile& file, const Path& folder)
{
    writeFileAtomically(folder / "tokenizer.json", ggufTokenizer(file).dump(2) + "\n");
    writeFileAtomically(folder / "tokenizer_config.json", ggufTokenizerConfig(file).dump(2) + "\n");
}

} // namespace espalier
