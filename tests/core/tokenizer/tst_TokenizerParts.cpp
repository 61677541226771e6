// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Json.h"
#include "core/tokenizer/Tokenizer.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

using namespace espalier;

namespace {

constexpr const char* kMoreCharacters[] = {"\u2581",  "\u0120", "\u010A",  "\u00E9",
                                           "e\u0301", "\u0301", "i\u0307", "\u0307",
                                           "\uFB01",  "\u6A39", "\u00C9"};

/// A vocabulary of single characters, and of each with "|" behind it for the end of a word.
Json letters()
{
    Json vocabulary = Json::object();
    const auto add = [&](const std::string& character) {
        for (const char* end : {"", "|"}) {
            if (!vocabulary.contains(character + end)) {
                const auto id = vocabulary.size();
                vocabulary[character + end] = id;
            }
        }
    };
    for (char c = 1; c < 127; ++c) {
        add(std::string(1, c));
    }
    for (const char* character : kMoreCharacters) {
        add(character);
    }
    return vocabulary;
}

Json tokenizerJson()
{
    return {{"version", "1.0"},
            {"model",
             {{"type", "BPE"},
              {"end_of_word_suffix", "|"},
              {"vocab", letters()},
              {"merges", Json::array()}}}};
}

std::unique_ptr<Tokenizer> opened(const Json& json)
{
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / "tokenizer.json", compactText(json));
    return Tokenizer::open(folder.path());
}

std::string spelled(const Tokenizer& tokenizer, std::string_view text)
{
    std::string result;
    for (const std::int32_t id : tokenizer.encode(text)) {
        result += tokenizer.tokenOf(id);
    }
    return result;
}

/// The words that a pre-tokenizer makes, each with "|" behind it.
std::string cut(const char* preTokenizer, std::string_view text)
{
    Json json = tokenizerJson();
    json["pre_tokenizer"] = parseJson(preTokenizer, "test");
    return spelled(*opened(json), text);
}

std::string normalized(const char* normalizer, std::string_view text)
{
    Json json = tokenizerJson();
    json["normalizer"] = parseJson(normalizer, "test");
    json["model"]["end_of_word_suffix"] = nullptr;
    return spelled(*opened(json), text);
}

std::string split(const std::string& behavior, std::string_view text, const std::string& more = "")
{
    return cut(
        (R"({"type":"Split","pattern":{"String":"-"},"behavior":")" + behavior + "\"" + more + "}")
            .c_str(),
        text);
}

/// Decodes these tokens, which become the vocabulary.
std::string decoded(const char* decoder, const std::vector<std::string>& tokens)
{
    Json json = tokenizerJson();
    Json vocabulary = Json::object();
    std::vector<std::int32_t> ids;
    for (const std::string& token : tokens) {
        if (!vocabulary.contains(token)) {
            const auto id = vocabulary.size();
            vocabulary[token] = id;
        }
        ids.push_back(vocabulary[token].get<std::int32_t>());
    }
    json["model"]["vocab"] = vocabulary;
    json["decoder"] = parseJson(decoder, "test");
    return opened(json)->decode(ids);
}

} // namespace

TEST(splitBehaviours)
{
    COMPARE(split("Isolated", "a--b-c"), "a|-|-|b|-|c|");
    COMPARE(split("Removed", "a--b-c"), "a|b|c|");
    COMPARE(split("MergedWithPrevious", "a--b-c"), "a-|-|b-|c|");
    COMPARE(split("MergedWithNext", "a--b-c"), "a|-|-b|-c|");
    COMPARE(split("Contiguous", "a--b-c"), "a|--|b|-|c|");
    COMPARE(split("Removed", "a--b-c", R"(,"invert":true)"), "-|-|-|");
}

TEST(splitByPatternsAsOnigurumaReadsThem)
{
    const auto by = [](const std::string& pattern, std::string_view text) {
        const Json json = {
            {"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", "Isolated"}};
        return cut(compactText(json).c_str(), text);
    };
    // Llama 3's.
    COMPARE(
        by(R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
           "It'S 12345  ok!!\n\n x"),
        "It|'S| |123|45| | ok|!!\n\n| x|");
    COMPARE(by(R"(\bcat\b)", "a cat, concat"), "a |cat|, concat|");
    COMPARE(by(R"(\h+)", "xyz1f2z"), "xyz|1f2|z|"); // hexadecimal digits, not blanks
    COMPARE(by(R"(^b)", "b\nb"), "b|\n|b|");        // lines, always
    VERIFY_FAILS(by(R"(\d{2}+)", "1"), ErrorCode::Unsupported, "}+");
    VERIFY_FAILS(by("[a[b]]", "1"), ErrorCode::Unsupported, "brackets inside brackets");
    VERIFY_FAILS(by("(a", "1"), ErrorCode::Unsupported, "cannot be read");
}

TEST(otherPreTokenizers)
{
    COMPARE(cut(R"({"type":"Digits","individual_digits":true})", "a12b"), "a|1|2|b|");
    COMPARE(cut(R"({"type":"Digits","individual_digits":false})", "a12b"), "a|12|b|");
    COMPARE(cut(R"({"type":"WhitespaceSplit"})", " a, b\t\nc "), "a,|b|c|");
    COMPARE(cut(R"({"type":"Whitespace"})", "a_1, b!?"), "a_1|,|b|!?|");
    COMPARE(cut(R"({"type":"Punctuation"})", "a,b+"), "a|,|b|+|");
    COMPARE(cut(R"({"type":"Punctuation","behavior":"Removed"})", "a,b+"), "a|b|");
    COMPARE(cut(R"({"type":"ByteLevel","add_prefix_space":true})", "it's  a\nb"),
            "\u0120it|'s|\u0120|\u0120a|\u010A|b|");
    COMPARE(cut(R"({"type":"ByteLevel","add_prefix_space":false,"use_regex":false})", "a b"),
            "a\u0120b|");
    COMPARE(
        cut(R"({"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Punctuation"}]})",
            "a, b"),
        "a|,|b|");
    VERIFY_FAILS(cut(R"({"type":"Odd"})", "a"), ErrorCode::Unsupported,
                 "the pre-tokenizer \"Odd\"");
}

TEST(metaspacePrependsAsItsSchemeSays)
{
    const auto by = [](const std::string& scheme, const char* splits) {
        Json json = tokenizerJson();
        json["pre_tokenizer"] = {{"type", "Metaspace"},
                                 {"replacement", "\u2581"},
                                 {"prepend_scheme", scheme},
                                 {"split", splits == std::string("cut")}};
        const auto id = json["model"]["vocab"].size();
        json["added_tokens"] =
            Json::array({{{"id", id}, {"content", "<t>"}, {"normalized", false}}});
        return spelled(*opened(json), "a b<t>c");
    };
    COMPARE(by("always", "cut"), "\u2581a|\u2581b|<t>\u2581c|");
    COMPARE(by("first", "cut"), "\u2581a|\u2581b|<t>c|");
    COMPARE(by("never", "whole"), "a\u2581b|<t>c|");
}

TEST(normalizers)
{
    COMPARE(normalized(R"({"type":"NFD"})", "\u00E9"), "e\u0301");
    COMPARE(normalized(R"({"type":"NFC"})", "e\u0301"), "\u00E9");
    COMPARE(normalized(R"({"type":"NFKC"})", "\uFB01"), "fi");
    COMPARE(normalized(R"({"type":"NFKD"})", "\uFB01\u00E9"), "fie\u0301");
    COMPARE(normalized(R"({"type":"Lowercase"})", "AbC \u00C9\u0130"), "abc \u00E9i\u0307");
    COMPARE(normalized(R"({"type":"StripAccents"})", "e\u0301x"), "ex");
    COMPARE(normalized(R"({"type":"Strip","strip_left":true,"strip_right":false})", "  a  "),
            "a  ");
    COMPARE(normalized(R"({"type":"Strip","strip_left":false,"strip_right":true})", "  a  "),
            "  a");
    COMPARE(normalized(R"({"type":"Strip","strip_left":true,"strip_right":true})", "   "), "");
    COMPARE(normalized(R"({"type":"Strip","strip_left":false,"strip_right":true})", "   "), "");
    COMPARE(normalized(R"({"type":"Prepend","prepend":"_"})", "a"), "_a");
    COMPARE(normalized(R"({"type":"Prepend","prepend":"_"})", ""), "");
    COMPARE(normalized(R"({"type":"Replace","pattern":{"String":"."},"content":"$1"})", "a.b"),
            "a$1b");
    COMPARE(
        normalized(R"({"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "})", "a   b c"),
        "a b c");
    VERIFY_FAILS(normalized(R"({"type":"Odd"})", "a"), ErrorCode::Unsupported,
                 "the normalizer \"Odd\"");
}

TEST(addedTokensTakeWhatTheirFlagsSay)
{
    Json json = tokenizerJson();
    const auto id = json["model"]["vocab"].size();
    json["normalizer"] = {{"type", "Lowercase"}};
    json["model"]["end_of_word_suffix"] = nullptr;
    json["added_tokens"] = Json::array(
        {{{"id", id}, {"content", "<l>"}, {"lstrip", true}, {"normalized", false}},
         {{"id", id + 1}, {"content", "<r>"}, {"rstrip", true}, {"normalized", false}},
         {{"id", id + 2}, {"content", "Tie"}, {"single_word", true}, {"normalized", true}},
         {{"id", id + 3}, {"content", "<l>>"}, {"normalized", false}, {"special", true}}});
    const auto tokenizer = opened(json);
    COMPARE(spelled(*tokenizer, "A  <l> b  <r>  c"), "a<l> b  <r>c");
    COMPARE(spelled(*tokenizer, "TIE, ties"), "Tie, ties");
    COMPARE(tokenizer->encode("tIe").size(), 1u);  // looked for after lower-casing
    COMPARE(tokenizer->encode("<l>>").size(), 1u); // the longest one
    COMPARE(tokenizer->decode(tokenizer->encode("<l>>a")), "a");
}

TEST(bytePairsJoinInTheOrderTheyWereLearned)
{
    // a b c: "bc" was learned first, so "abc" is a + bc although "ab" is a token too.
    Json json = tokenizerJson();
    json["model"] = {{"type", "BPE"},
                     {"vocab", {{"a", 0}, {"b", 1}, {"c", 2}, {"bc", 3}, {"ab", 4}, {"abc", 5}}},
                     {"merges", {"b c", "a b"}}};
    COMPARE(opened(json)->encode("abcab"), (std::vector<std::int32_t>{0, 3, 4}));
    json["model"]["ignore_merges"] = true; // a word that is a token is that token
    COMPARE(opened(json)->encode("abc"), (std::vector<std::int32_t>{5}));
    json["model"]["ignore_merges"] = false;
    json["model"]["merges"] = Json::array({Json::array({"b", "c"}), Json::array({"a", "bc"})});
    COMPARE(opened(json)->encode("abcab"), (std::vector<std::int32_t>{5, 0, 1}));
}

TEST(unknownCharacters)
{
    Json json = tokenizerJson();
    json["model"] = {{"type", "BPE"}, {"vocab", {{"a", 0}, {"?", 1}}}, {"merges", Json::array()}};
    COMPARE(opened(json)->encode("axya"),
            (std::vector<std::int32_t>{0, 0})); // no unknown token: they vanish
    json["model"]["unk_token"] = "?";
    COMPARE(opened(json)->encode("axya"), (std::vector<std::int32_t>{0, 1, 1, 0}));
    json["model"]["fuse_unk"] = true;
    COMPARE(opened(json)->encode("axya"), (std::vector<std::int32_t>{0, 1, 0}));
    json["model"]["unk_token"] = "<none>";
    VERIFY_FAILS(opened(json)->encode("x"), ErrorCode::InvalidInput, "<none>");
}

TEST(postProcessors)
{
    const auto framed = [](const char* processor) {
        Json json = tokenizerJson();
        json["model"] = {{"type", "BPE"},
                         {"vocab", {{"a", 0}, {"<s>", 1}, {"</s>", 2}}},
                         {"merges", Json::array()}};
        json["post_processor"] = parseJson(processor, "test");
        return opened(json)->encode("a");
    };
    constexpr const char* kTemplate =
        R"({"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},
        {"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}}],"pair":[],
        "special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]},"</s>":{"id":"</s>","ids":[2],"tokens":["</s>"]}}})";
    COMPARE(framed(kTemplate), (std::vector<std::int32_t>{1, 0, 2}));
    COMPARE(framed(R"({"type":"RobertaProcessing","cls":["<s>",1],"sep":["</s>",2]})"),
            (std::vector<std::int32_t>{1, 0, 2}));
    COMPARE(framed(R"({"type":"Sequence","processors":[{"type":"ByteLevel"}]})"),
            (std::vector<std::int32_t>{0}));
    VERIFY_FAILS(framed(R"({"type":"BertProcessing","cls":["<s>",9],"sep":["</s>",2]})"),
                 ErrorCode::Corrupt, "names the token 9");
    VERIFY_FAILS(framed(R"({"type":"Odd"})"), ErrorCode::Unsupported, "the post-processor \"Odd\"");
}

TEST(decoders)
{
    constexpr const char* kLlama =
        R"({"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},
        {"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]})";
    COMPARE(decoded(kLlama, {"▁", "▁a", "<0xE6>", "<0xA8>", "<0xB9>"}), " a\u6A39");
    COMPARE(decoded(kLlama, {"▁a", "<0xE6>", "<0xA8>", "b"}),
            "a\uFFFD\uFFFDb"); // one for each byte
    COMPARE(decoded(R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"always"})",
                    {"▁a", "▁b"}),
            "a b");
    COMPARE(
        decoded(R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"never"})", {"▁a", "▁b"}),
        " a b");
    COMPARE(decoded(R"({"type":"BPEDecoder","suffix":"</w>"})", {"a", "b</w>", "c</w>"}), "ab c");
    COMPARE(decoded(R"({"type":"WordPiece","prefix":"##","cleanup":true})",
                    {"do", "##n", "n't", ",", "he", "'s"}),
            "donn't, he's");
    COMPARE(decoded(R"({"type":"CTC","pad_token":"<pad>","word_delimiter_token":"|"})",
                    {"<pad>", "a", "a", "<pad>", "a", "|", "|", "b"}),
            "aa b");
    COMPARE(decoded(R"({"type":"Strip","content":"_","start":1,"stop":2})", {"__a___"}), "_a_");
    // E6 A8 is the beginning of one character: one replacement, unlike in ByteFallback.
    COMPARE(decoded(R"({"type":"ByteLevel"})", {"\u0120a", "\u00E6\u00A8", "b", "\u6A39"}),
            " a\uFFFDb\u6A39");
    VERIFY_FAILS(decoded(R"({"type":"Odd"})", {"a"}), ErrorCode::Unsupported,
                 "the decoder \"Odd\"");
}
