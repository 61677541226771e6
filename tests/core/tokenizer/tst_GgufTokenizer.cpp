// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Json.h"
#include "core/checkpoint/GgufFile.h"
#include "core/tokenizer/GgufSplits.h"
#include "core/tokenizer/GgufTokenizer.h"
#include "core/tokenizer/Tokenizer.h"
#include "tests/core/checkpoint/GgufBytes.h"
#include "tests/support/Fixtures.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <cstdlib>

using namespace espalier;
using test::GgufBytes;

namespace {

enum : std::uint32_t { UInt32 = 4, Int32 = 5, Float32 = 6, Bool = 7, String = 8, List = 9 };

enum Kind : std::int32_t { Normal = 1, Unknown, Control, User, Unused, Byte };

struct Token {
    std::string text = {};
    Kind kind = Normal;
    float score = 0;
};

std::string fullName(const std::string& key)
{
    return "tokenizer.ggml." + key;
}

/// The metadata of a tokenizer; `more` entries follow.
GgufBytes vocabulary(const std::string& model, const std::vector<Token>& tokens,
                     std::uint64_t more = 0)
{
    GgufBytes file;
    file.start(0, 4 + more).key(fullName("model"), String).text(model);
    file.key(fullName("tokens"), List).number(String).number<std::uint64_t>(tokens.size());
    for (const Token& token : tokens) {
        file.text(token.text);
    }
    file.key(fullName("token_type"), List).number(Int32).number<std::uint64_t>(tokens.size());
    for (const Token& token : tokens) {
        file.number<std::int32_t>(token.kind);
    }
    file.key(fullName("scores"), List).number(Float32).number<std::uint64_t>(tokens.size());
    for (const Token& token : tokens) {
        file.number(token.score);
    }
    return file;
}

GgufBytes& addMerges(GgufBytes& file, const std::vector<std::string>& merges)
{
    file.key(fullName("merges"), List).number(String).number<std::uint64_t>(merges.size());
    for (const std::string& merge : merges) {
        file.text(merge);
    }
    return file;
}

Json tokenizerOf(const GgufBytes& file)
{
    return ggufTokenizer(GgufFile(file.bytes(), "t.gguf"));
}

std::unique_ptr<Tokenizer> opened(const GgufBytes& bytes)
{
    const test::TempFolder place;
    writeFileAtomically(place.path() / "t.gguf", bytes.bytes());
    return Tokenizer::open(place.path() / "t.gguf");
}

std::vector<std::int32_t> idsBy(const GgufBytes& bytes, std::string_view text)
{
    return opened(bytes)->encode(text);
}

/// Byte 0 is spelled U+0100, 1 U+0101, ...: the bytes without a shape of their own, in order.
std::vector<Token> byteTokens()
{
    std::vector<Token> tokens;
    unsigned shapeless = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte) {
        const bool isShown = (byte > 32 && byte < 127) || (byte > 160 && byte != 173);
        const unsigned point = isShown ? byte : shapeless++;
        std::string text;
        if (point < 0x80) {
            text += static_cast<char>(point);
        } else {
            text += static_cast<char>(0xC0U | point >> 6);
            text += static_cast<char>(0x80U | (point & 0x3FU));
        }
        tokens.push_back({text});
    }
    return tokens;
}

/// The byte-level fixture as a GGUF would hold it.
GgufBytes byteLevelFixture(const Json& fixture)
{
    std::vector<Token> tokens(502);
    for (const auto& [text, id] : fixture["model"]["vocab"].items()) {
        tokens[id.get<std::size_t>()].text = text;
    }
    for (const Json& token : fixture["added_tokens"]) {
        tokens[token["id"].get<std::size_t>()] = {token["content"],
                                                  token["special"] == true ? Control : User};
    }
    GgufBytes file = vocabulary("gpt2", tokens, 3);
    file.key(fullName("pre"), String).text("gpt-2");
    file.key("tokenizer.chat_template", String).text("{{ messages }}");
    std::vector<std::string> merges;
    for (const Json& merge : fixture["model"]["merges"]) {
        merges.push_back(merge.is_string()
                             ? merge.get<std::string>()
                             : merge[0].get<std::string>() + " " + merge[1].get<std::string>());
    }
    addMerges(file, merges);
    return file;
}

/// Pieces of a SentencePiece model that knows "ab", "abc" and "▁ab".
std::vector<Token> sentencePieces()
{
    return {{"<unk>", Unknown}, {"<s>", Control},    {"</s>", Control},
            {"<0xC3>", Byte},   {"<0xA9>", Byte},    {"\u2581", Normal, -5},
            {"a", Normal, -6},  {"b", Normal, -7},   {"c", Normal, -8},
            {"ab", Normal, -1}, {"abc", Normal, -2}, {"\u2581ab", Normal, -3},
            {"[USER]", User}};
}

GgufBytes sentencePiece(std::uint64_t more = 0)
{
    GgufBytes file = vocabulary("llama", sentencePieces(), 3 + more);
    file.key(fullName("bos_token_id"), UInt32).number<std::uint32_t>(1);
    file.key(fullName("eos_token_id"), UInt32).number<std::uint32_t>(2);
    return file.key(fullName("unknown_token_id"), UInt32).number<std::uint32_t>(0);
}

using Ids = std::vector<std::int32_t>;

} // namespace

TEST(bytePairsEncodeLikeTheTokenizerTheyComeFrom)
{
    const Path source = test::dataFolder() / "tokenizer" / "bytelevel" / "tokenizer.json";
    const Json fixture = parseJson(readFile(source), source.string());
    const GgufBytes bytes = byteLevelFixture(fixture);
    const auto found = opened(bytes);
    const Path vectors = source.parent_path() / "vectors.json";
    for (const Json& vector : parseJson(readFile(vectors), vectors.string())) {
        const auto text = vector["text"].get<std::string>();
        // What a GGUF does not keep: the blanks that these two take with them.
        if (text.find("<mask>") == std::string::npos && text.find("<tool>") == std::string::npos) {
            COMPARE(found->encode(text), vector["ids"].get<Ids>());
            COMPARE(found->decode(vector["ids"].get<Ids>(), false),
                    vector["decodedAll"].get<std::string>());
        }
    }
    COMPARE(tokenizerOf(bytes)["pre_tokenizer"], fixture["pre_tokenizer"]);
    COMPARE(ggufTokenizerConfig(GgufFile(bytes.bytes(), "t.gguf"))["chat_template"],
            Json("{{ messages }}"));
}

TEST(everyDigitStandsAloneForSmolLm)
{
    const std::vector<Token> tokens{{"1"}, {"2"}, {"12"}, {"\u0120"}, {"\u01201"}};
    for (const auto& [pre, expected] : {std::pair<const char*, Ids>{"smollm", {3, 0, 1}},
                                        {"gpt-2", {3, 2}},
                                        {"qwen2", {3, 0, 1}},
                                        {"llama-bpe", {3, 2}}}) {
        GgufBytes file = vocabulary("gpt2", tokens, 3);
        file.key(fullName("pre"), String).text(pre);
        file.key(fullName("add_bos_token"), Bool).number<std::uint8_t>(0);
        addMerges(file, {"1 2"});
        COMPARE(idsBy(file, " 12"), expected);
    }
}

TEST(everyCutIsAPatternThatCutsAndLosesNothing)
{
    const std::string text =
        "Hello  world's 1234567 caf\u00E9\r\n\r\n\t\u6211\u60F3 x=3.14;  \n ok\u2026 ";
    std::string names = ggufSplitNames() + ", ";
    std::size_t count = 0;
    for (std::size_t end = names.find(", "); end != std::string::npos; end = names.find(", ")) {
        const auto split = ggufSplit(names.substr(0, end));
        VERIFY(split.has_value());
        GgufBytes file = vocabulary("gpt2", byteTokens(), 3);
        file.key(fullName("pre"), String).text(split->name);
        file.key(fullName("add_bos_token"), Bool).number<std::uint8_t>(0);
        addMerges(file, {});
        const auto tokenizer = opened(file);
        const Ids ids = tokenizer->encode(text);
        COMPARE(ids.size(), text.size());
        COMPARE(tokenizer->decode(ids), text);
        names.erase(0, end + 2);
        ++count;
    }
    VERIFY(count > 60);
    VERIFY(!ggufSplit("no-such-cut"));
}

TEST(sentencePieceMergesByScore)
{
    const GgufBytes file = sentencePiece();
    COMPARE(idsBy(file, "ab"), (Ids{1, 11}));
    COMPARE(idsBy(file, "abc"), (Ids{1, 5, 10})); // "ab" first, then the better "abc"
    COMPARE(idsBy(file, "cab"), (Ids{1, 5, 8, 9}));
    COMPARE(idsBy(file, "\u00E9"), (Ids{1, 5, 3, 4})); // by its bytes
    COMPARE(idsBy(file, "[USER]c"), (Ids{1, 12, 5, 8}));
    COMPARE(opened(file)->decode(Ids{1, 11, 5, 8, 3, 4}, true), std::string("ab c\u00E9"));
}

TEST(wordPieceMarksTheInsideOfAWordAgain)
{
    const std::vector<Token> tokens{
        {"[UNK]", Control}, {"[CLS]", Control},    {"[SEP]", Control},    {"\u2581play", Normal},
        {"ing", Normal},    {"\u2581ing", Normal}, {"\u2581cafe", Normal}};
    GgufBytes file = vocabulary("bert", tokens, 3);
    file.key(fullName("bos_token_id"), UInt32).number<std::uint32_t>(1);
    file.key(fullName("seperator_token_id"), UInt32).number<std::uint32_t>(2);
    file.key(fullName("unknown_token_id"), UInt32).number<std::uint32_t>(0);
    COMPARE(idsBy(file, "Playing ing caf\u00E9 x"), (Ids{1, 3, 4, 5, 6, 0, 2}));
    COMPARE(tokenizerOf(file)["model"]["vocab"]["##ing"], Json(4));
    COMPARE(ggufTokenizerConfig(GgufFile(file.bytes(), "t.gguf"))["sep_token"], Json("[SEP]"));
}

TEST(unigramPiecesAreChosenByTheSumOfTheirScores)
{
    const std::vector<Token> tokens{
        {"<pad>", Control},     {"</s>", Control},        {"<unk>", Unknown},
        {"\u2581", Normal, -2}, {"\u2581ab", Normal, -3}, {"a", Normal, -1},
        {"b", Normal, -1},      {"abc", Normal, -2},      {"c", Normal, -4}};
    GgufBytes file = vocabulary("t5", tokens, 3);
    file.key(fullName("eos_token_id"), UInt32).number<std::uint32_t>(1);
    file.key(fullName("unknown_token_id"), UInt32).number<std::uint32_t>(2);
    file.key(fullName("remove_extra_whitespaces"), Bool).number<std::uint8_t>(1);
    COMPARE(idsBy(file, "ab"), (Ids{4, 1}));
    COMPARE(idsBy(file, "  abc   ab "), (Ids{3, 7, 4, 1}));
    COMPARE(opened(file)->decode(Ids{4, 3, 7, 1}), std::string("ab abc"));
}

TEST(flagsOfAFileDecideWhatIsPutAroundATextAndBeforeIt)
{
    GgufBytes file = sentencePiece(3);
    file.key(fullName("add_bos_token"), Bool).number<std::uint8_t>(0);
    file.key(fullName("add_eos_token"), Bool).number<std::uint8_t>(1);
    file.key(fullName("add_space_prefix"), Bool).number<std::uint8_t>(0);
    COMPARE(idsBy(file, "abc"), (Ids{10, 2}));
    const Json config = ggufTokenizerConfig(GgufFile(file.bytes(), "t.gguf"));
    COMPARE(config["bos_token"], Json("<s>"));
    COMPARE(config["eos_token"], Json("</s>"));
    COMPARE(config["unk_token"], Json("<unk>"));
    VERIFY(!config.contains("pad_token"));
}

TEST(tokenizersThatCannotBeMadeAreRefused)
{
    const std::vector<Token> tokens{{"a"}, {"b"}};
    GgufBytes unknown = vocabulary("gpt2", tokens, 1);
    unknown.key(fullName("pre"), String).text("kimi-k2");
    VERIFY_FAILS(tokenizerOf(unknown), ErrorCode::Unsupported,
                 "t.gguf: tokenizer.ggml.pre is \"kimi-k2\"");
    VERIFY_FAILS(tokenizerOf(vocabulary("rwkv", tokens)), ErrorCode::Unsupported,
                 "of the kind \"rwkv\"");
    VERIFY_FAILS(tokenizerOf(vocabulary("gpt2", tokens)), ErrorCode::Corrupt,
                 "tokenizer.ggml.merges is missing");
    VERIFY_FAILS(tokenizerOf(vocabulary("gpt2", {})), ErrorCode::Corrupt, "vocabulary is empty");
    VERIFY_FAILS(tokenizerOf(vocabulary("llama", {{"a"}, {"a"}})), ErrorCode::Corrupt,
                 "the tokens 0 and 1 are the same, \"a\"");
    VERIFY_FAILS(tokenizerOf(vocabulary("llama", {{"a"}, {"\xC3"}})), ErrorCode::Corrupt,
                 "token 1 is not UTF-8");
    VERIFY_FAILS(tokenizerOf(GgufBytes().start(0, 0)), ErrorCode::Corrupt,
                 "tokenizer.ggml.model is missing");
    GgufBytes beyond = vocabulary("llama", tokens, 1);
    beyond.key(fullName("bos_token_id"), UInt32).number<std::uint32_t>(2);
    VERIFY_FAILS(tokenizerOf(beyond), ErrorCode::Corrupt,
                 "tokenizer.ggml.bos_token_id is missing or names no token");
    GgufBytes shorter;
    shorter.start(0, 3).key(fullName("model"), String).text("llama");
    shorter.key(fullName("tokens"), List).number(String).number<std::uint64_t>(1).text("a");
    shorter.key(fullName("token_type"), List).number(Int32).number<std::uint64_t>(0);
    VERIFY_FAILS(tokenizerOf(shorter), ErrorCode::Corrupt, "no list of 1 numbers");
}

TEST(smolLm2EncodesAsItsFolderDoes)
{
    const char* gguf = std::getenv("ESPALIER_SMOLLM2_GGUF");
    const char* folder = std::getenv("ESPALIER_SMOLLM2");
    const char* texts = std::getenv("ESPALIER_WIKITEXT");
    if (gguf == nullptr || folder == nullptr || texts == nullptr) {
        SKIP("ESPALIER_SMOLLM2_GGUF, ESPALIER_SMOLLM2 and ESPALIER_WIKITEXT name no places");
    }
    const auto found = Tokenizer::open(gguf), expected = Tokenizer::open(folder);
    COMPARE(found->fingerprint(), expected->fingerprint());
    for (const char* part : {"wiki.valid.raw", "wiki.test.raw"}) {
        const std::string text = readFile(Path(texts) / part);
        VERIFY(found->encode(text) == expected->encode(text));
    }
}
