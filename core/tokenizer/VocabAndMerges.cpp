// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/RawFiles.h"
#include "core/tokenizer/TokenizerJson.h"

namespace espalier {

namespace {

enum class Kind { Gpt2 = 1, Roberta, Clip };

using Usual = std::vector<std::pair<const char*, const char*>>;

Kind kindOf(const TokenizerConfig& config, const Json& vocabulary)
{
    const std::string name = config.className();
    if (name == "CLIPTokenizer" || name == "OpenAICLIPTokenizer") {
        return Kind::Clip;
    }
    for (const char* roberta : {"RobertaTokenizer", "LongformerTokenizer", "BartTokenizer",
                                "LEDTokenizer", "BlenderbotTokenizer"}) {
        if (name == roberta) {
            return Kind::Roberta;
        }
    }
    if (name == "GPT2Tokenizer" || name == "GPTNeoXTokenizer") {
        return Kind::Gpt2;
    }
    if (!name.empty() && name != "PreTrainedTokenizer" && name != "TokenizersBackend") {
        throw Error(ErrorCode::Unsupported,
                    "The tokenizer class " + name +
                        " is not supported with vocab.json and merges.txt (GPT2Tokenizer, "
                        "RobertaTokenizer and CLIPTokenizer are). Add the model's tokenizer.json.");
    }
    if (vocabulary.contains("<|startoftext|>") && vocabulary.contains("a</w>")) {
        return Kind::Clip;
    }
    return vocabulary.contains("<mask>") && vocabulary.contains("</s>") ? Kind::Roberta
                                                                        : Kind::Gpt2;
}

Usual usualTokens(Kind kind)
{
    switch (kind) {
    case Kind::Clip:
        return {{"bos_token", "<|startoftext|>"},
                {"eos_token", "<|endoftext|>"},
                {"unk_token", "<|endoftext|>"},
                {"pad_token", "<|endoftext|>"}};
    case Kind::Roberta:
        return {{"bos_token", "<s>"},    {"eos_token", "</s>"},  {"unk_token", "<unk>"},
                {"sep_token", "</s>"},   {"pad_token", "<pad>"}, {"cls_token", "<s>"},
                {"mask_token", "<mask>"}};
    default:
        return {{"unk_token", "<|endoftext|>"},
                {"bos_token", "<|endoftext|>"},
                {"eos_token", "<|endoftext|>"},
                {"pad_token", "<|endoftext|>"}};
    }
}

std::vector<std::string> textsById(const Json& vocabulary)
{
    std::vector<std::string> texts;
    for (const auto& [text, id] : vocabulary.items()) {
        texts.push_back(text);
    }
    return texts;
}

Json mergesOf(const Path& file)
{
    Json merges = Json::array();
    for (std::string& line : linesOf(file)) {
        if (!line.empty()) {
            merges.push_back(std::move(line));
        }
    }
    return merges;
}

void addClipSteps(TokenizerParts& parts, const std::string& where)
{
    const Json normalizer = {
        {"type", "Sequence"},
        {"normalizers",
         {{{"type", "NFC"}},
          {{"type", "Replace"}, {"pattern", {{"Regex", "\\s+"}}}, {"content", " "}},
          {{"type", "Lowercase"}}}}};
    parts.normalizer = makeNormalizer(JsonPart(normalizer, where));
    constexpr const char* kWords =
        R"(<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)";
    const Json words = {
        {"type", "Sequence"},
        {"pretokenizers",
         {{{"type", "Split"},
           {"pattern", {{"Regex", kWords}}},
           {"behavior", "Removed"},
           {"invert", true}},
          {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}}}}};
    parts.preTokenizer = makePreTokenizer(JsonPart(words, where));
    constexpr int kAll = 1 << 20; // spaces at the end of the text
    const Json decoder = {
        {"type", "Sequence"},
        {"decoders",
         {{{"type", "ByteLevel"}},
          {{"type", "Replace"}, {"pattern", {{"String", "</w>"}}}, {"content", " "}},
          {{"type", "Strip"}, {"content", " "}, {"start", kAll}, {"stop", kAll}}}}};
    parts.decoder = makeDecoder(JsonPart(decoder, where));
}

void addByteLevelSteps(TokenizerParts& parts, const TokenizerConfig& config,
                       const std::string& where)
{
    const Json words = {{"type", "ByteLevel"},
                        {"add_prefix_space", config.flag("add_prefix_space", false)}};
    parts.preTokenizer = makePreTokenizer(JsonPart(words, where));
    const Json decoder = {{"type", "ByteLevel"}};
    parts.decoder = makeDecoder(JsonPart(decoder, where));
}

std::pair<std::string, std::int32_t> tokenOf(const TokenizerParts& parts,
                                             const TokenizerConfig& config, const char* key,
                                             const char* usual, const std::string& where)
{
    const std::string text = config.token(key, usual).value_or(usual);
    const auto id = parts.vocabulary->idOf(text);
    if (!id) {
        throw Error(
            ErrorCode::Corrupt,
            where + " has no " + text +
                ", which is put around every text. Copy the file again from where the model "
                "came from, or name the token in tokenizer_config.json.");
    }
    return {text, *id};
}

void addFrame(TokenizerParts& parts, Kind kind, const TokenizerConfig& config,
              const std::string& where)
{
    const bool clip = kind == Kind::Clip;
    if (kind == Kind::Gpt2) {
        if (config.flag("add_bos_token", false)) {
            const auto [text, id] = tokenOf(parts, config, "bos_token", "<|endoftext|>", where);
            const Json bos = {{"SpecialToken", {{"id", text}, {"type_id", 0}}}};
            const Json first = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
            const Json second = {{"Sequence", {{"id", "B"}, {"type_id", 1}}}};
            const Json frame = {{"type", "TemplateProcessing"},
                                {"single", Json::array({bos, first})},
                                {"pair", Json::array({bos, first, bos, second})},
                                {"special_tokens", {{text, {{"ids", Json::array({id})}}}}}};
            parts.postProcessor = makePostProcessor(JsonPart(frame, where), *parts.vocabulary);
        }
        return;
    }
    const auto [cls, clsId] = tokenOf(parts, config, clip ? "bos_token" : "cls_token",
                                      clip ? "<|startoftext|>" : "<s>", where);
    const auto [sep, sepId] = tokenOf(parts, config, clip ? "eos_token" : "sep_token",
                                      clip ? "<|endoftext|>" : "</s>", where);
    const Json frame = {{"type", "RobertaProcessing"},
                        {"cls", Json::array({cls, clsId})},
                        {"sep", Json::array({sep, sepId})},
                        {"trim_offsets", clip ? false : config.flag("trim_offsets", true)},
                        {"add_prefix_space", config.flag("add_prefix_space", false)}};
    parts.postProcessor = makePostProcessor(JsonPart(frame, where), *parts.vocabulary);
}

} // namespace

TokenizerParts partsOfVocabAndMerges(const Path& folder, const TokenizerConfig& config)
{
    const Path file = folder / "vocab.json";
    const std::string where = file.string();
    Json model = {{"vocab", parseJson(readFile(file), where)},
                  {"merges", mergesOf(folder / "merges.txt")}};
    const JsonPart part(model, where);
    const Kind kind = kindOf(config, part.part("vocab").value());
    if (kind == Kind::Clip) {
        model["end_of_word_suffix"] = "</w>";
        model["unk_token"] = config.token("unk_token", "<|endoftext|>").value_or("<|endoftext|>");
    }
    TokenizerParts parts;
    parts.added = config.addedTokens(usualTokens(kind), textsById(model["vocab"]));
    for (AddedToken& token : parts.added) { // ids in the file need not be in order
        const auto found = model["vocab"].find(token.content);
        if (found != model["vocab"].end() && found->is_number_integer()) {
            token.id = found->get<std::int32_t>();
        }
    }
    sortById(parts.added);
    parts.vocabulary = std::make_unique<Vocabulary>(part, parts.added);
    model["type"] = "BPE";
    parts.model = makeTokenModel(part, *parts.vocabulary);
    if (kind == Kind::Clip) {
        addClipSteps(parts, where);
    } else {
        addByteLevelSteps(parts, config, where);
    }
    addFrame(parts, kind, config, where);
    return parts;
}

} // namespace espalier
