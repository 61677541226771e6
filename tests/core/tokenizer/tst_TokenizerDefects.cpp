// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Json.h"
#include "core/tokenizer/Tokenizer.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

using namespace espalier;

namespace {

Json intact()
{
    return {{"version", "1.0"},
            {"model",
             {{"type", "BPE"}, {"vocab", {{"a", 0}, {"b", 1}, {"ab", 2}}}, {"merges", {"a b"}}}}};
}

void open(const std::string& content)
{
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / "tokenizer.json", content);
    Tokenizer::open(folder.path());
}

void open(const Json& json)
{
    open(compactText(json));
}

} // namespace

TEST(theIntactOneOpens)
{
    open(intact());
}

TEST(missingFile)
{
    const test::TempFolder folder;
    VERIFY_FAILS(Tokenizer::open(folder.path()), ErrorCode::NotFound,
                 "There is no tokenizer.json in " + folder.path().string());
}

TEST(truncatedJson)
{
    const std::string whole =
        readFile(Path(ESPALIER_TEST_DATA) / "tokenizer/bytelevel/tokenizer.json");
    VERIFY_FAILS(open(whole.substr(0, whole.size() / 2)), ErrorCode::Corrupt,
                 "tokenizer.json is not valid JSON");
    VERIFY_FAILS(open(std::string("[]")), ErrorCode::Corrupt, "is not an object");
}

TEST(unknownModelType)
{
    Json json = intact();
    json["model"]["type"] = "Odd";
    VERIFY_FAILS(open(json), ErrorCode::Unsupported, "the model type \"Odd\" is not supported");
}

TEST(holesAndDuplicatesInTheVocabulary)
{
    Json json = intact();
    json["model"]["vocab"]["ab"] = 5;
    VERIFY_FAILS(open(json), ErrorCode::Corrupt, "has no token for the id 2 of 6");
    json["model"]["vocab"]["ab"] = 1;
    VERIFY_FAILS(open(json), ErrorCode::Corrupt, "gives the id 1 to two tokens, \"ab\" and \"b\"");
    json["model"]["vocab"]["ab"] = -1;
    VERIFY_FAILS(open(json), ErrorCode::Corrupt, "the id -1, which is out of range");
    json["model"]["vocab"]["ab"] = "x";
    VERIFY_FAILS(open(json), ErrorCode::Corrupt, "not a whole number");
    json = intact();
    json["added_tokens"] = Json::array({{{"id", 3}, {"content", "a"}}});
    VERIFY_FAILS(open(json), ErrorCode::Corrupt, "gives \"a\" two ids, 0 and 3");
    json["added_tokens"][0]["content"] = "<x>";
    open(json);
    json["added_tokens"][0]["id"] = 4;
    VERIFY_FAILS(open(json), ErrorCode::Corrupt, "has no token for the id 3 of 5");
}

TEST(mergesOfMissingTokens)
{
    Json json = intact();
    json["model"]["merges"] = {"a b", "a z"};
    VERIFY_FAILS(open(json), ErrorCode::Corrupt,
                 "merge 1 of \"a\" and \"z\", but \"z\" is not in the vocabulary");
    json["model"]["merges"] = {"b a"};
    VERIFY_FAILS(open(json), ErrorCode::Corrupt, "\"ba\" is not in the vocabulary");
    json["model"]["merges"] = {"a b c"};
    VERIFY_FAILS(open(json), ErrorCode::Corrupt, "that is not two tokens");
    json["model"]["merges"] = {7};
    VERIFY_FAILS(open(json), ErrorCode::Corrupt, "that is not two tokens");
    json["model"].erase("merges");
    VERIFY_FAILS(open(json), ErrorCode::Corrupt, "has no \"merges\"");
}

TEST(dropoutIsForTrainingOnly)
{
    Json json = intact();
    json["model"]["dropout"] = 0.9;
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / "tokenizer.json", compactText(json));
    COMPARE(Tokenizer::open(folder.path())->encode("abababab").size(), 4u);
}

TEST(componentsDeepInsideEachOther)
{
    Json json = intact();
    Json nested = {{"type", "NFC"}};
    for (int i = 0; i < 40; ++i) {
        nested = {{"type", "Sequence"}, {"normalizers", Json::array({nested})}};
    }
    json["normalizer"] = nested;
    VERIFY_FAILS(open(json), ErrorCode::Corrupt, "components more than 32 deep");
}

TEST(damagedComponents)
{
    const auto with = [](const char* key, const char* component) {
        Json json = intact();
        json[key] = parseJson(component, "test");
        open(json);
    };
    VERIFY_FAILS(with("normalizer", R"({"type":"Precompiled","precompiled_charsmap":"A"})"),
                 ErrorCode::Corrupt, "not base64");
    VERIFY_FAILS(with("normalizer", R"({"type":"Precompiled","precompiled_charsmap":"/////w=="})"),
                 ErrorCode::Corrupt, "a map of characters of 4 bytes");
    VERIFY_FAILS(with("pre_tokenizer", R"({"type":"FixedLength","length":0})"), ErrorCode::Corrupt,
                 "the length 0");
    VERIFY_FAILS(with("pre_tokenizer", R"({"type":"CharDelimiterSplit","delimiter":"ab"})"),
                 ErrorCode::Corrupt, "not one character");
    VERIFY_FAILS(with("decoder", R"({"type":"CTC","pad_token":""})"), ErrorCode::Corrupt,
                 "an empty \"pad_token\"");
    VERIFY_FAILS(with("truncation", R"({"max_length":-1})"), ErrorCode::Corrupt,
                 "the max_length -1");
    VERIFY_FAILS(with("padding", R"({"strategy":{"Fixed":1e3}})"), ErrorCode::Corrupt, "Fixed");
    VERIFY_FAILS(with("padding", R"({"direction":"Up"})"), ErrorCode::Unsupported, "Up");
    VERIFY_FAILS(
        with(
            "post_processor",
            R"({"type":"Sequence","processors":[{"type":"BertProcessing","cls":["a",0],"sep":["b",1]},
             {"type":"BertProcessing","cls":["a",0],"sep":["b",1]}]})"),
        ErrorCode::Unsupported, "2 post-processors that add tokens");
}

TEST(damagedModelsOfOtherKinds)
{
    const auto model = [](const char* text) { open(Json{{"model", parseJson(text, "test")}}); };
    model(R"({"type":"Unigram","unk_id":0,"vocab":[["a",-1.5]]})");
    VERIFY_FAILS(model(R"({"type":"Unigram","unk_id":1,"vocab":[["a",-1.5]]})"), ErrorCode::Corrupt,
                 "the unk_id 1 and 1 pieces");
    VERIFY_FAILS(model(R"({"type":"Unigram","vocab":[["a"]]})"), ErrorCode::Corrupt,
                 "not a piece and its score");
    VERIFY_FAILS(model(R"({"type":"Unigram","vocab":[["a",1],["a",2]]})"), ErrorCode::Corrupt,
                 "gives \"a\" two ids, 0 and 1");
    VERIFY_FAILS(model(R"({"type":"WordPiece","vocab":{"a":0}})"), ErrorCode::Corrupt,
                 "the unknown token \"[UNK]\", which is not in the vocabulary");
    VERIFY_FAILS(model(R"({"type":"WordLevel","vocab":{"a":16777215}})"), ErrorCode::Corrupt,
                 "no token for the id 0 of 16777216");
    VERIFY_FAILS(model(R"({"type":"WordLevel","vocab":7})"), ErrorCode::Corrupt,
                 "is not an object");
}

TEST(wordsWithoutAToken)
{
    const auto encode = [](const char* text) {
        const test::TempFolder folder;
        writeFileAtomically(folder.path() / "tokenizer.json",
                            compactText(Json{{"model", parseJson(text, "test")}}));
        return Tokenizer::open(folder.path())->encode("b");
    };
    VERIFY_FAILS(encode(R"({"type":"WordLevel","unk_token":"?","vocab":{"a":0}})"),
                 ErrorCode::InvalidInput, "no unknown token");
    VERIFY_FAILS(encode(R"({"type":"Unigram","vocab":[["a",-1.5]]})"), ErrorCode::InvalidInput,
                 "no unknown token");
}

TEST(truncationAndPaddingOfTheFile)
{
    Json json = intact();
    json["truncation"] = {{"max_length", 3}, {"strategy", "OnlySecond"}, {"stride", 0}};
    json["padding"] = {{"strategy", {{"Fixed", 5}}}, {"direction", "Left"}, {"pad_id", 2}};
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / "tokenizer.json", compactText(json));
    const auto tokenizer = Tokenizer::open(folder.path());
    using Ids = std::vector<std::int32_t>;
    const EncodeOptions asked{.fileSettings = FileSettings::Apply};
    COMPARE(tokenizer->encodePair("aa", "bbb", asked).ids, (Ids{2, 2, 0, 0, 1}));
    COMPARE(tokenizer->encodePair("aa", "bbb").ids, (Ids{0, 0, 1, 1, 1}));
    VERIFY_FAILS(tokenizer->encodePair("aaaa", "b", asked), ErrorCode::InvalidInput,
                 "2 have to go, and the second text has 1");
    std::vector<Encoding> batch = {tokenizer->encodeText("a"), tokenizer->encodeText("aab")};
    padTogether(batch, {.multipleOf = 4});
    COMPARE(batch[0].attentionMask, (std::vector<std::uint8_t>{1, 0, 0, 0}));
    COMPARE(batch[1].specialMask, (std::vector<std::uint8_t>{0, 0, 1, 1}));
    VERIFY_FAILS(padTogether(batch, {.length = std::int64_t(1) << 40}), ErrorCode::InvalidInput,
                 "is the most");
}

TEST(truncationAndPaddingOfTheFileAreNotApplied)
{
    Json json = intact();
    json["truncation"] = {
        {"max_length", 1}, {"strategy", "LongestFirst"}, {"stride", 0}, {"direction", "Right"}};
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / "tokenizer.json", compactText(json));
    COMPARE(Tokenizer::open(folder.path())->encode("abab").size(), 2u);
}
