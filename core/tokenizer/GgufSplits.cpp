// SPDX-License-Identifier: GPL-3.0-or-later
// The names of tokenizer.ggml.pre and what they cut by, from src/llama-vocab.cpp of llama.cpp.
// Where that file keeps the pattern of the original tokenizer.json in a comment, the original
// stands here: a model's ids are those it was trained with.
//
// Not here, since more than patterns is behind them: kimi-k2 and afmoe (cuts of their own), gemma4,
// granite-embed-multi-311m, sarvam-moe and whitespace (no byte alphabet), jina-v1-en, jina-v2-code
// and roberta-bpe (encoders), tiny_aya and cohere2moe (llama.cpp does not do what its pattern
// says).

#include "core/tokenizer/GgufSplits.h"

#include <algorithm>

namespace espalier {

namespace {

// Cut first by punctuation, digits and the like, in some.
constexpr std::string_view kDigit = R"(\p{N})";
constexpr std::string_view kDigits = R"(\p{N}+)";
constexpr std::string_view kThreeDigits = R"([0-9][0-9][0-9])";
constexpr std::string_view kUpToThreeDigits = R"(\p{N}{1,3})";
constexpr std::string_view kLineEnd = R"([\r\n])";
constexpr std::string_view kLines = R"([^\n]+|[\n]+)";

constexpr std::string_view kGpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr std::string_view kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|)"
    R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kJais2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|)"
    R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s{512}(?!\S)|\s{256}(?!\S)|\s{128}(?!\S)|)"
    R"(\s{64}(?!\S)|\s{32}(?!\S)|\s{16}(?!\S)|\s{8}(?!\S)|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1})";
constexpr std::string_view kQwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|)"
    R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kQwen35 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}|)"
    R"( ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kUfakzeka =
    R"([^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kMinicpm5 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+|)"
    R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kSeedCoder =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}|)"
    R"( ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kBailing = R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}|)"
                                      R"( ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)";
constexpr std::string_view kExaoneMoe =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}|)"
    R"( ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+)";
constexpr std::string_view kTekken =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|)"
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|)"
    R"(\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kGpt4o =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)"
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
    R"(\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kSuperDigits = R"((?=(\d{3})+(?!\d)))";
constexpr std::string_view kFalconMarks = R"([\p{P}\$\+<=>\^~\|`]+)";
constexpr std::string_view kDefaultMarks = R"([\p{P}\$\+<=>\^~\|]+)";
constexpr std::string_view kBloom =
    R"( ?[^(\s|.,!?\x{2026}\x{3002}\x{FF0C}\x{3001}\x{964}\x{6D4}\x{60C})]+)";

constexpr std::string_view kCoderLetters = R"(\s?\p{L}+)";
constexpr std::string_view kCoderMarks = R"(\s?\p{P}+)";
constexpr std::string_view kLettersOfDeepSeek =
    R"(\s?[A-Za-z\x{B5}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{1BA}\x{1BC}-\x{1BF})"
    R"(\x{1C4}-\x{293}\x{295}-\x{2AF}\x{370}-\x{373}\x{376}\x{377}\x{37B}-\x{37D})"
    R"(\x{37F}\x{386}\x{388}-\x{38A}\x{38C}\x{38E}-\x{3A1}\x{3A3}-\x{3F5}\x{3F7}-)"
    R"(\x{481}\x{48A}-\x{52F}\x{531}-\x{556}\x{10A0}-\x{10C5}\x{13A0}-\x{13F5})"
    R"(\x{13F8}-\x{13FD}\x{1C90}-\x{1CBA}\x{1CBD}-\x{1CBF}\x{1D00}-\x{1D2B})"
    R"(\x{1D6B}-\x{1D77}\x{1D79}-\x{1D9A}\x{1E00}-\x{1F15}\x{1F18}-\x{1F1D})"
    R"(\x{1F20}-\x{1F45}\x{1F48}-\x{1F4D}\x{1F50}-\x{1F57}\x{1F59}\x{1F5B})"
    R"(\x{1F5D}\x{1F5F}-\x{1F7D}\x{1F80}-\x{1FB4}\x{1FB6}-\x{1FBC}\x{1FBE})"
    R"(\x{1FC2}-\x{1FC4}\x{1FC6}-\x{1FCC}\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB})"
    R"(\x{1FE0}-\x{1FEC}\x{1FF2}-\x{1FF4}\x{1FF6}-\x{1FFC}\x{2102}\x{2107})"
    R"(\x{210A}-\x{2113}\x{2115}\x{2119}-\x{211D}\x{2124}\x{2126}\x{2128}\x{212A})"
    R"(-\x{212D}\x{212F}-\x{2134}\x{2139}\x{213C}-\x{213F}\x{2145}-\x{2149})"
    R"(\x{214E}\x{2183}\x{2184}\x{2C00}-\x{2C7B}\x{2C7E}-\x{2CE4}\x{2CEB}-)"
    R"(\x{2CEE}\x{2CF2}\x{2CF3}\x{A640}-\x{A66D}\x{A680}-\x{A69B}\x{A722}-)"
    R"(\x{A76F}\x{A771}-\x{A787}\x{A78B}-\x{A78E}\x{AB70}-\x{ABBF}\x{FB00}-)"
    R"(\x{FB06}\x{FB13}-\x{FB17}\x{FF21}-\x{FF3A}\x{FF41}-\x{FF5A}\x{10400}-)"
    R"(\x{1044F}\x{104B0}-\x{104D3}\x{104D8}-\x{104FB}\x{10C80}-\x{10CB2})"
    R"(\x{10CC0}-\x{10CF2}\x{118A0}-\x{118DF}\x{1E900}-\x{1E943}]+)";
constexpr std::string_view kMarksOfDeepSeek =
    R"(\s?[!-/:-~\x{FF01}-\x{FF0F}\x{FF1A}-\x{FF5E}\x{2018}-\x{201F}\x{3000}-)"
    R"(\x{3002}]+)";
constexpr std::string_view kHanOfDeepSeek =
    R"([\x{4E00}-\x{9FA5}\x{800}-\x{4E00}\x{AC00}-\x{D7FF}]+)";
constexpr std::string_view kBlanksAtEnd = R"(\s+$)";
constexpr std::string_view kHanAndKana =
    R"([\x{4E00}-\x{9FA5}\x{3040}-\x{309F}\x{30A0}-\x{30FF}]+)";
constexpr std::string_view kDeepSeek3 =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|)"
    R"([^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

/// Of those that cut alike, the one that is written first.
const std::vector<GgufSplit>& splits()
{
    static const std::vector<GgufSplit> all = [] {
        std::vector<GgufSplit> made;
        const auto add = [&](std::initializer_list<std::string_view> names,
                             const std::vector<std::string_view>& patterns,
                             bool ignoresMerges = false, bool addsBegin = false) {
            for (const std::string_view name : names) {
                made.push_back({name, patterns, ignoresMerges, addsBegin});
            }
        };
        add({"gpt-2", "phi-2", "mpt", "olmo", "jais", "jina-es", "jina-de", "jina-v2-es",
             "jina-v2-de", "gigachat", "a.x-4.0", "mellum", "modern-bert", "exaone4", "trillion",
             "granite-docling"},
            {kGpt2});
        add({"smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b",
             "mellum2"},
            {kDigit, kGpt2});
        add({"llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0",
             "lfm2", "jina-v5-nano"},
            {kLlama3}, true, true);
        add({"glm4", "glm5"}, {kLlama3}, true);
        add({"smaug-bpe", "dbrx", "chatglm-bpe"}, {kLlama3});
        add({"jais-2"}, {kJais2});
        add({"qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "stablelm2", "hunyuan",
             "solar-open", "grok-2"},
            {kQwen2});
        add({"qwen35"}, {kQwen35});
        add({"ufakzeka"}, {kUfakzeka});
        add({"laguna"}, {kLines, kQwen2});
        add({"minicpm5"}, {kUpToThreeDigits, kMinicpm5}, true);
        add({"seed-coder"}, {kSeedCoder});
        add({"bailingmoe", "bailingmoe2", "llada-moe"}, {kBailing});
        add({"exaone-moe"}, {kExaoneMoe});
        add({"tekken"}, {kTekken}, true, true);
        add({"gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"}, {kGpt4o});
        add({"superbpe"}, {kDigits, kSuperDigits});
        add({"falcon"}, {kFalconMarks, kGpt2, kThreeDigits});
        add({"default"}, {kDefaultMarks, kGpt2, kDigits, kThreeDigits});
        add({"bloom", "poro-chat", "gpt3-finnish"}, {kBloom});
        add({"viking"}, {kBloom, kDigit});
        add({"deepseek-llm"}, {kLineEnd, kLettersOfDeepSeek, kMarksOfDeepSeek, kBlanksAtEnd,
                               kHanOfDeepSeek, kDigits});
        add({"deepseek-coder"}, {kLineEnd, kCoderLetters, kCoderMarks, kHanOfDeepSeek, kDigit});
        add({"deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"},
            {kUpToThreeDigits, kHanAndKana, kDeepSeek3});
        return made;
    }();
    return all;
}

Json splitAt(std::string_view pattern)
{
    return {{"type", "Split"},
            {"pattern", {{"Regex", pattern}}},
            {"behavior", "Isolated"},
            {"invert", false}};
}

Json byteLevel(bool cuts)
{
    return {{"type", "ByteLevel"},
            {"add_prefix_space", false},
            {"trim_offsets", true},
            {"use_regex", cuts}};
}

/// The patterns that a "pre_tokenizer" cuts by, each in turn; nothing for other ways to cut.
bool addPatterns(const Json& part, std::vector<std::string>& patterns)
{
    const std::string type = part.is_object() ? part.value("type", std::string()) : std::string();
    if (type == "Sequence") {
        const Json parts = part.value("pretokenizers", Json::array());
        return std::ranges::all_of(parts,
                                   [&](const Json& each) { return addPatterns(each, patterns); });
    }
    if (type == "Digits") {
        patterns.emplace_back(part.value("individual_digits", false) ? kDigit : kDigits);
        return true;
    }
    if (type == "ByteLevel") {
        if (part.value("use_regex", true)) {
            patterns.emplace_back(kGpt2);
        }
        return !part.value("add_prefix_space", true);
    }
    const Json pattern = part.is_object() ? part.value("pattern", Json()) : Json();
    if (type == "Split" && pattern.is_object() && pattern.contains("Regex") &&
        part.value("behavior", "") == "Isolated" && !part.value("invert", false)) {
        patterns.push_back(pattern["Regex"].get<std::string>());
        return true;
    }
    return false;
}

} // namespace

std::optional<std::string> ggufSplitOf(const Json& preTokenizer, bool ignoresMerges)
{
    std::vector<std::string> patterns;
    if (!addPatterns(preTokenizer, patterns)) {
        return std::nullopt;
    }
    for (const GgufSplit& split : splits()) {
        if (split.ignoresMerges == ignoresMerges && std::ranges::equal(split.patterns, patterns)) {
            return std::string(split.name);
        }
    }
    return std::nullopt;
}

std::optional<GgufSplit> ggufSplit(std::string_view name)
{
    const auto found = std::ranges::find(splits(), name, &GgufSplit::name);
    return found != splits().end() ? std::optional(*found) : std::nullopt;
}

std::string ggufSplitNames()
{
    std::string names;
    for (const GgufSplit& split : splits()) {
        names += names.empty() ? "" : ", ";
        names += split.name;
    }
    return names;
}

Json preTokenizerOf(const GgufSplit& split)
{
    Json parts = Json::array();
    const bool endsAsUsual = split.patterns.back() == kGpt2; // ByteLevel's own pattern
    const std::size_t apart = split.patterns.size() - (endsAsUsual ? 1 : 0);
    for (std::size_t i = 0; i < apart; ++i) {
        const bool areDigits = split.patterns[i] == kDigit;
        parts.push_back(areDigits ? Json{{"type", "Digits"}, {"individual_digits", true}}
                                  : splitAt(split.patterns[i]));
    }
    parts.push_back(byteLevel(endsAsUsual));
    return parts.size() == 1 ? parts[0]
                             : Json{{"type", "Sequence"}, {"pretokenizers", std::move(parts)}};
}

} // namespace espalier
