// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Json.h"
#include "core/tokenizer/Tokenizer.h"
#include "tests/support/Test.h"

#include <cstdint>
#include <vector>

using namespace espalier;

namespace {

// Made by the Hugging Face library; tests/data/tokenizer/make.py says how.
const Path kFixtures = Path(ESPALIER_TEST_DATA) / "tokenizer";

std::vector<std::int32_t> idsOf(const Json& list)
{
    return list.get<std::vector<std::int32_t>>();
}

/// Encodes and decodes every text of vectors.json.
void compareVectors(const std::string& name)
{
    const auto tokenizer = Tokenizer::open(kFixtures / name);
    const Path file = kFixtures / name / "vectors.json";
    const Json vectors = parseJson(readFile(file), file.string());
    VERIFY(vectors.size() > 40);
    for (const Json& vector : vectors) {
        const std::string text = vector["text"].get<std::string>();
        const std::vector<std::int32_t> ids = tokenizer->encode(text);
        const bool equal = ids == idsOf(vector["ids"]);
        VERIFY2(equal, "other ids for: " + vector["text"].dump());
        COMPARE(tokenizer->encode(text, SpecialTokens::Leave), idsOf(vector["plain"]));
        COMPARE(tokenizer->decode(ids), vector["decoded"].get<std::string>());
        COMPARE(tokenizer->decode(ids, false), vector["decodedAll"].get<std::string>());
    }
}

} // namespace

TEST(byteLevelVectors)
{
    compareVectors("bytelevel");
}

TEST(byteFallbackVectors)
{
    compareVectors("bytefallback");
}

TEST(vocabularyIsReadable)
{
    const auto tokenizer = Tokenizer::open(kFixtures / "bytefallback");
    COMPARE(tokenizer->vocabSize(), 502);
    COMPARE(tokenizer->idOf("<s>").value_or(-1), 1);
    COMPARE(tokenizer->idOf("<tool>").value_or(-1), 501);
    VERIFY(!tokenizer->idOf("no such token"));
    COMPARE(tokenizer->tokenOf(500), "<mask>");
    VERIFY_FAILS(tokenizer->tokenOf(502), ErrorCode::InvalidInput,
                 "There is no token 502: the vocabulary has 502");
}

TEST(idsBeyondTheVocabularyHaveNoText)
{
    const auto tokenizer = Tokenizer::open(kFixtures / "bytelevel");
    std::vector<std::int32_t> ids = tokenizer->encode("tree");
    ids.push_back(100000);
    ids.push_back(-1);
    COMPARE(tokenizer->decode(ids), "tree");
}

TEST(fingerprintsTellVocabulariesApart)
{
    const auto first = Tokenizer::open(kFixtures / "bytelevel");
    const auto again = Tokenizer::open(kFixtures / "bytelevel");
    const auto other = Tokenizer::open(kFixtures / "bytefallback");
    COMPARE(first->fingerprint(), again->fingerprint());
    COMPARE(first->fingerprint().size(), 64u);
    VERIFY(first->fingerprint() != other->fingerprint());
}

TEST(textThatIsNotUtf8IsRefusedWithItsByte)
{
    const auto tokenizer = Tokenizer::open(kFixtures / "bytelevel");
    VERIFY_FAILS(tokenizer->encode("tree\xC3("), ErrorCode::InvalidInput, "byte 4 of 6");
    VERIFY_FAILS(tokenizer->encode("\xED\xA0\x80"), ErrorCode::InvalidInput,
                 "byte 0 of 3"); // a surrogate
    VERIFY_FAILS(tokenizer->encode("ab\xF0\x9F\x8C"), ErrorCode::InvalidInput,
                 "byte 2 of 5"); // cut off
    VERIFY_FAILS(tokenizer->encodeText("tree\xC3("), ErrorCode::InvalidInput, "byte 4 of 6");
    COMPARE(tokenizer->encodeText("tree\xC3(", {.invalidText = InvalidText::Replace}).ids,
            tokenizer->encode("tree\uFFFD("));
}

// The merges of one long word must not take quadratic time: 400,000 equal letters would then run
// for minutes. Cutting at borders that no merge crosses must give what the library gives for the
// whole.
TEST(longWordsAreEncoded)
{
    const auto tokenizer = Tokenizer::open(kFixtures / "bytefallback");
    const std::string word(400000, 'e');
    COMPARE(tokenizer->decode(tokenizer->encode(word)), word);
    std::string sentence;
    std::vector<std::int32_t> expected = {1};
    const auto one = tokenizer->encode("the tree grows", SpecialTokens::Leave);
    for (int i = 0; i < 100; ++i) {
        sentence += i == 0 ? "the tree grows" : " the tree grows";
        expected.insert(expected.end(), one.begin(), one.end());
    }
    COMPARE(tokenizer->encode(sentence), expected);
}
