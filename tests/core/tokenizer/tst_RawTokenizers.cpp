// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Json.h"
#include "core/tokenizer/Tokenizer.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <cmath>
#include <cstring>

using namespace espalier;

namespace {

using Ids = std::vector<std::int32_t>;

const Path kFixtures = Path(ESPALIER_TEST_DATA) / "tokenizer";

/// A folder with these files.
class Model {
public:
    explicit Model(const std::vector<std::pair<std::string, std::string>>& files)
    {
        for (const auto& [name, content] : files) {
            writeFileAtomically(m_folder.path() / name, content);
        }
    }

    std::unique_ptr<Tokenizer> open() const { return Tokenizer::open(m_folder.path()); }

private:
    test::TempFolder m_folder;
};

// Protobuf, written by hand.
std::string varint(std::uint64_t value)
{
    std::string bytes;
    for (; value >= 0x80; value >>= 7) {
        bytes += static_cast<char>((value & 0x7F) | 0x80);
    }
    return bytes + static_cast<char>(value);
}

std::string number(int field, std::uint64_t value)
{
    return varint(static_cast<std::uint64_t>(field) << 3) + varint(value);
}

std::string bytes(int field, const std::string& content)
{
    return varint(static_cast<std::uint64_t>(field) << 3 | 2) + varint(content.size()) + content;
}

std::string real(int field, float value)
{
    std::string result = varint(static_cast<std::uint64_t>(field) << 3 | 5);
    std::uint32_t bits = 0;
    static_assert(sizeof bits == sizeof value);
    std::memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 4; ++i) {
        result += static_cast<char>(bits >> (8 * i));
    }
    return result;
}

std::string piece(const std::string& text, float score, int kind = 1)
{
    return bytes(1, bytes(1, text) + real(2, score) + number(3, static_cast<std::uint64_t>(kind)));
}

const std::string kHead = piece("<unk>", 0, 2) + piece("<s>", 0, 3) + piece("</s>", 0, 3);
const std::string kUnigram = bytes(2, number(3, 1));
const std::string kBpe = bytes(2, number(3, 2));
const std::string kMark = "\xE2\x96\x81";

std::unique_ptr<Tokenizer> sentencePiece(const std::string& content)
{
    return Model({{"tokenizer.model", content}}).open();
}

constexpr const char* kWordPieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\nab\nC\n";

} // namespace

TEST(whatIsMissingIsNamed)
{
    const test::TempFolder folder;
    for (const char* form : {"tokenizer.json", "tokenizer.model", "spiece.model", "vocab.json",
                             "merges.txt", "vocab.txt"}) {
        VERIFY_FAILS(Tokenizer::open(folder.path()), ErrorCode::NotFound, form);
    }
    VERIFY(!Tokenizer::isIn(folder.path()));
    VERIFY(Tokenizer::isIn(kFixtures / "clip"));
    // One of the two files alone is no tokenizer.
    writeFileAtomically(folder.path() / "vocab.json", "{}");
    VERIFY_FAILS(Tokenizer::open(folder.path()), ErrorCode::NotFound, "merges.txt");
}

TEST(wordPieceReadsItsSettings)
{
    const auto ids = [](const std::string& config, const std::string& text) {
        return Model({{"vocab.txt", kWordPieces}, {"tokenizer_config.json", config}})
            .open()
            ->encode(text);
    };
    COMPARE(ids("{}", "AB C"), (Ids{2, 7, 1, 3})); // "c" is no token
    COMPARE(ids(R"({"do_lower_case": false})", "ab C"), (Ids{2, 7, 8, 3}));
    COMPARE(ids("{}", "a\u0301b [MASK]"), (Ids{2, 7, 4, 3}));
    COMPARE(ids(R"({"strip_accents": false})", "a\u0301b"), (Ids{2, 1, 3}));
    COMPARE(ids(R"({"cls_token": "[MASK]"})", "a"), (Ids{4, 5, 3}));
    // What is not in the vocabulary goes on behind it.
    COMPARE(ids(R"({"additional_special_tokens": ["<t>"]})", "a<t>"), (Ids{2, 5, 9, 3}));
    COMPARE(ids(R"({"added_tokens_decoder": {"9": {"content": "<t>", "special": true}}})", "<t>a"),
            (Ids{2, 9, 5, 3}));
}

TEST(wordPieceDefects)
{
    const auto open = [](const std::string& vocabulary, const std::string& config = "{}") {
        Model({{"vocab.txt", vocabulary}, {"tokenizer_config.json", config}}).open();
    };
    VERIFY_FAILS(open("a\nb\na\n"), ErrorCode::Corrupt, "gives \"a\" two ids, 0 and 2");
    VERIFY_FAILS(open("a\nb\n"), ErrorCode::Corrupt, "\"[UNK]\", which is not in the vocabulary");
    VERIFY_FAILS(open("[UNK]\n[SEP]\n"), ErrorCode::Corrupt, "has no [CLS]");
    VERIFY_FAILS(open("[UNK]\n\xFF\n"), ErrorCode::Corrupt, "is not UTF-8 at byte 6");
    VERIFY_FAILS(open(kWordPieces, "[]"), ErrorCode::Corrupt, "is not an object");
    VERIFY_FAILS(open(kWordPieces, R"({"do_lower_case": 1})"), ErrorCode::Corrupt, "do_lower_case");
    VERIFY_FAILS(open(kWordPieces, R"({"added_tokens_decoder": {"x": {"content": "<t>"}}})"),
                 ErrorCode::Corrupt, "the id \"x\"");
    VERIFY_FAILS(open(kWordPieces, R"({"added_tokens_decoder": {"99": {"content": "<t>"}}})"),
                 ErrorCode::Corrupt, "has no token for the id 9 of 100");
    VERIFY_FAILS(open(""), ErrorCode::Corrupt, "[UNK]");
}

TEST(vocabAndMergesDefects)
{
    const auto open = [](const std::string& vocabulary, const std::string& merges,
                         const std::string& config = "{}") {
        Model(
            {{"vocab.json", vocabulary}, {"merges.txt", merges}, {"tokenizer_config.json", config}})
            .open();
    };
    const std::string letters = R"({"a": 0, "b": 1, "ab": 2, "<|endoftext|>": 3})";
    open(letters, "#version: 0.2\na b\n");
    VERIFY_FAILS(open(letters, "a z\n"), ErrorCode::Corrupt, "\"z\" is not in the vocabulary");
    VERIFY_FAILS(open(letters, "a b ab\n"), ErrorCode::Corrupt, "that is not two tokens");
    VERIFY_FAILS(open(letters, "a\xC0 b\n"), ErrorCode::Corrupt, "merges.txt is not UTF-8");
    VERIFY_FAILS(open("[1]", "a b\n"), ErrorCode::Corrupt, "is not an object");
    VERIFY_FAILS(open("7", "a b\n"), ErrorCode::Corrupt, "is not an object");
    VERIFY_FAILS(open(R"({"a": 0, "b": 4})", ""), ErrorCode::Corrupt, "no token for the id 1");
    VERIFY_FAILS(open(letters, "", R"({"tokenizer_class": "RobertaTokenizer"})"),
                 ErrorCode::Corrupt, "has no <s>");
    VERIFY_FAILS(open(letters, "", R"({"tokenizer_class": "OddTokenizer"})"),
                 ErrorCode::Unsupported, "OddTokenizer");
}

TEST(sentencePieceJoinsByScore)
{
    // "bc" has the higher score, so "abc" is a + bc although "ab" is a piece too; "d" is no piece
    // but a part of one.
    const std::string model = kHead + kBpe + piece(kMark, -9) + piece("a", -6) + piece("b", -7) +
                              piece("c", -8) + piece("ab", -2) + piece("bc", -1) + piece("cd", -3);
    const auto tokenizer = sentencePiece(model);
    COMPARE(tokenizer->encode("abc"), (Ids{1, 3, 4, 8}));
    COMPARE(tokenizer->encode("cd d"), (Ids{1, 3, 9, 3, 0})); // U+2581, cd, U+2581, unknown
    COMPARE(tokenizer->encode("xy"), (Ids{1, 3, 0}));         // unknown neighbours are one
    // A control piece in the text is itself, unless the text is taken literally.
    COMPARE(tokenizer->encode("a</s>"), (Ids{1, 3, 4, 2}));
    COMPARE(tokenizer->encodeText("</s>", {.specialText = SpecialText::AsText}).ids,
            (Ids{1, 3, 0}));
}

TEST(sentencePieceTakesThePathOfTheLargestSum)
{
    const std::string model = kHead + kUnigram + piece(kMark, -2) + piece(kMark + "a", -3) +
                              piece("a", -4) + piece("b", -4) + piece("ab", -6) +
                              piece("<cut>", 0, 4);
    const auto tokenizer = sentencePiece(model);
    COMPARE(tokenizer->encode("ab"), (Ids{1, 4, 6})); // -7; U+2581 + ab would be -8
    COMPARE(tokenizer->encode(" ab   b "), (Ids{1, 4, 6, 3, 6}));
    COMPARE(tokenizer->encode("a<cut>b"), (Ids{1, 4, 8, 6}));
    COMPARE(tokenizer->encode(""), (Ids{1}));
    COMPARE(tokenizer->encode("   "), (Ids{1}));
}

TEST(sentencePieceDefects)
{
    const std::string whole = readFile(kFixtures / "sentencepiece-bpe/tokenizer.model");
    sentencePiece(whole);
    std::size_t refused = 0;
    for (std::size_t length = 0; length < whole.size(); length += 97) {
        try { // what ends between two pieces is a smaller model
            sentencePiece(whole.substr(0, length));
        } catch (const Error& error) {
            VERIFY(error.code() == ErrorCode::Corrupt);
            ++refused;
        }
    }
    VERIFY(refused > whole.size() / 97 / 2);
    VERIFY_FAILS(sentencePiece(""), ErrorCode::Corrupt, "has no unknown piece");
    VERIFY_FAILS(sentencePiece("{}"), ErrorCode::Corrupt, "is not a SentencePiece model");
    VERIFY_FAILS(sentencePiece(std::string("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", 10)),
                 ErrorCode::Corrupt, "goes beyond the 0 that are left");
    VERIFY_FAILS(sentencePiece(std::string(12, '\xFF')), ErrorCode::Corrupt, "more than ten bytes");
    VERIFY_FAILS(sentencePiece(kHead + piece("a", 0) + piece("a", 0)), ErrorCode::Corrupt,
                 "gives \"a\" two ids, 3 and 4");
    VERIFY_FAILS(sentencePiece(kHead + piece("<unk2>", 0, 2)), ErrorCode::Corrupt,
                 "two unknown pieces, 0 and 3");
    VERIFY_FAILS(sentencePiece(kHead + piece("a", NAN)), ErrorCode::Corrupt, "no number");
    VERIFY_FAILS(sentencePiece(kHead + piece("\xE2\x96", 0)), ErrorCode::Corrupt, "not UTF-8");
    VERIFY_FAILS(sentencePiece(kHead + piece(std::string(600, 'a'), 0)), ErrorCode::Corrupt,
                 "of 600 bytes");
    VERIFY_FAILS(sentencePiece(kHead + piece("a", 0, 9)), ErrorCode::Corrupt, "unknown kind 9");
    VERIFY_FAILS(sentencePiece(kHead + bytes(2, number(3, 3))), ErrorCode::Unsupported, "kind 3");
    VERIFY_FAILS(sentencePiece(kHead + bytes(1, number(1, 5))), ErrorCode::Corrupt,
                 "not a stretch of bytes");
}

TEST(mapsOfCharactersCannotLeadOutside)
{
    const auto withMap = [](const std::string& map) {
        return sentencePiece(kHead + kUnigram + piece(kMark, -2) + piece("a", -3) +
                             bytes(3, bytes(2, map)));
    };
    const auto unit = [](std::uint32_t value) {
        std::string result;
        for (int i = 0; i < 4; ++i) {
            result += static_cast<char>(value >> (8 * i));
        }
        return result;
    };
    VERIFY_FAILS(withMap("\x01"), ErrorCode::Corrupt, "a map of characters of 1 bytes");
    VERIFY_FAILS(withMap(unit(0xFFFFFFF0) + unit(0)), ErrorCode::Corrupt, "gives its trie");
    VERIFY_FAILS(withMap(unit(6) + std::string(8, '\0')), ErrorCode::Corrupt, "gives its trie 6");
    VERIFY_FAILS(withMap(unit(4) + unit(0) + "\xFF"), ErrorCode::Corrupt, "not UTF-8 at byte 0");
    // Offsets beyond the end, and a unit that leads back to itself.
    COMPARE(withMap(unit(4) + unit(0x3FFFFFu << 10))->encode("a"), (Ids{1, 3, 4}));
    std::string cyclic = unit(4 * 256);
    for (std::uint32_t i = 0; i < 256; ++i) {
        cyclic += unit(i | 1u << 8); // label i, a value, offset 0
    }
    withMap(cyclic)->encode("aaaaaaaaaaaaaaaa \xE6\xA8\xB9");
}

TEST(classesWithRulesOfTheirOwnAreRefused)
{
    const std::string model = kHead + kUnigram + piece(kMark, -2);
    VERIFY_FAILS(Model({{"sentencepiece.bpe.model", model},
                        {"tokenizer_config.json", R"({"tokenizer_class": "XLMRobertaTokenizer"})"}})
                     .open(),
                 ErrorCode::Unsupported, "XLMRobertaTokenizer");
    VERIFY_FAILS(Model({{"tokenizer.model", model + kBpe + piece("a", 0, 5)}}).open(),
                 ErrorCode::Unsupported, "unused pieces");
}

TEST(t5HasAnEndAndExtraIds)
{
    const std::string trainer =
        bytes(2, number(3, 1) + number(41, ~std::uint64_t(0)) + number(42, 1) + number(43, 0));
    const std::string model = piece("<pad>", 0, 3) + piece("</s>", 0, 3) + piece("<unk>", 0, 2) +
                              piece(kMark, -2) + piece("a", -3) + trainer;
    const auto tokenizer = sentencePiece(model);
    COMPARE(tokenizer->vocabSize(), 105);
    COMPARE(tokenizer->encode("a <extra_id_0>"), (Ids{3, 4, 104, 1}));
    COMPARE(tokenizer->tokenOf(5), "<extra_id_99>");
    const Encoding pair = tokenizer->encodePair("a", "a");
    COMPARE(pair.ids, (Ids{3, 4, 1, 3, 4, 1}));
    const Model few({{"spiece.model", model}, {"tokenizer_config.json", R"({"extra_ids": 2})"}});
    COMPARE(few.open()->vocabSize(), 7);
}
