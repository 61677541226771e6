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
    json["model"]["type"] = "Unigram";
    VERIFY_FAILS(open(json), ErrorCode::Unsupported, "the model type \"Unigram\" is not supported");
    json = intact();
    json["model"]["dropout"] = 0.1;
    VERIFY_FAILS(open(json), ErrorCode::Unsupported, "dropout");
    json["model"]["dropout"] = 0.0;
    open(json);
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

TEST(truncationAndPaddingOfTheFileAreNotApplied)
{
    Json json = intact();
    json["truncation"] = {
        {"max_length", 1}, {"strategy", "LongestFirst"}, {"stride", 0}, {"direction", "Right"}};
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / "tokenizer.json", compactText(json));
    COMPARE(Tokenizer::open(folder.path())->encode("abab").size(), 2u);
}
