// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/tokenizer/Vectors.h"

using namespace espalier;

namespace {

// Made by the Hugging Face library and SentencePiece; tests/parity/make_tokenizer_fixtures.py says
// how.
const Path kFixtures = Path(ESPALIER_TEST_DATA) / "tokenizer";

Json jsonIn(const Path& file)
{
    return parseJson(readFile(file), file.string());
}

void compareVectors(const std::string& name)
{
    const auto tokenizer = Tokenizer::open(kFixtures / name);
    const Json vectors = jsonIn(kFixtures / name / "vectors.json");
    VERIFY(vectors.size() > 40);
    for (const Json& vector : vectors) {
        test::compareVector(*tokenizer, vector);
    }
}

EncodeOptions optionsFrom(const Json& json)
{
    EncodeOptions options;
    if (!json.value("special", true)) {
        options.special = SpecialTokens::Leave;
    }
    if (json.contains("length")) {
        options.truncation =
            Truncation{.maxLength = json["length"],
                       .side = json.value("side", "right") == "left" ? Side::Left : Side::Right};
    }
    if (json.contains("pad")) {
        options.padding =
            Padding{.length = json["pad"],
                    .multipleOf = json.value("multiple", 0),
                    .id = json.value("padId", 0),
                    .typeId = json.value("padType", 0),
                    .side = json.value("padSide", "right") == "left" ? Side::Left : Side::Right};
    }
    return options;
}

void comparePairs(const std::string& name)
{
    const auto tokenizer = Tokenizer::open(kFixtures / name);
    for (const Json& vector : jsonIn(kFixtures / name / "pairs.json")) {
        const std::string first = vector["first"], second = vector["second"];
        const EncodeOptions options = optionsFrom(vector["options"]);
        test::compareEncoding(tokenizer->encodeText(first, options), vector["single"], first, {},
                              vector.dump());
        test::compareEncoding(tokenizer->encodePair(first, second, options), vector["pair"], first,
                              second, vector.dump());
    }
}

} // namespace

TEST(wordPieceFromVocabTxt)
{
    compareVectors("wordpiece");
    compareVectors("wordpiece-cased");
}

TEST(gpt2FromVocabAndMerges)
{
    compareVectors("gpt2");
}

TEST(robertaFromVocabAndMerges)
{
    compareVectors("roberta");
}

TEST(clipFromVocabAndMerges)
{
    compareVectors("clip");
}

TEST(sentencePieceBpe)
{
    compareVectors("sentencepiece-bpe");
}

TEST(sentencePieceUnigram)
{
    compareVectors("sentencepiece-unigram");
}

TEST(unigramWithAMapOfCharacters)
{
    compareVectors("unigram");
}

TEST(offsetsOfByteLevelAndByteFallback)
{
    compareVectors("bytelevel");
    compareVectors("bytefallback");
}

TEST(pairsTruncationAndPadding)
{
    comparePairs("wordpiece");
    comparePairs("roberta");
}

/// Every normalizer and pre-tokenizer alone; each character, or each word, is a token.
TEST(components)
{
    const Json all = jsonIn(kFixtures / "components.json");
    VERIFY(all["components"].size() >= 34);
    for (const Json& component : all["components"]) {
        Json vocabulary = Json::object();
        for (const Json& word : component["vocab"]) {
            const auto id = vocabulary.size();
            vocabulary[word.get<std::string>()] = id;
        }
        const auto tokenizer = test::opened(
            {{"normalizer", component["normalizer"]},
             {"pre_tokenizer", component["pre_tokenizer"]},
             {"model", {{"type", "WordLevel"}, {"vocab", vocabulary}, {"unk_token", "?"}}}});
        const std::string name =
            component["normalizer"].dump().substr(0, 150) + " " + component["pre_tokenizer"].dump();
        for (const Json& vector : component["vectors"]) {
            const std::string text = all["texts"][vector[0].get<std::size_t>()];
            test::compareIdsAndOffsets(*tokenizer, text, vector[1], vector[2], name);
        }
    }
}
