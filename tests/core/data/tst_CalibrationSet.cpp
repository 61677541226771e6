// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Random.h"
#include "core/base/Sha256.h"
#include "core/data/CalibrationSet.h"
#include "core/tokenizer/Tokenizer.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <algorithm>

using namespace espalier;

namespace {

using Ids = std::vector<std::int32_t>;

const Path kModel =
    Path(ESPALIER_TEST_DATA) / "tokenizer/bytefallback"; // puts <s>, id 1, before a text
constexpr std::int64_t kVocabulary = 502;
constexpr const char* kText =
    "The gardener ties the young branches to the wall and cuts what grows outwards.";

struct Fixture {
    test::TempFolder folder = {};

    std::string source(const std::string& kind, const std::string& name,
                       std::string_view content) const
    {
        writeFileAtomically(folder.path() / name, content);
        return kind + (folder.path() / name).string();
    }

    std::string tokens(const Ids& ids) const
    {
        return source("tokens:", "some.i32",
                      {reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(ids[0])});
    }

    CalibrationSet load(const DataSpec& spec, Windows how = Windows::InOrder,
                        std::uint64_t seed = 0) const
    {
        return loadWindows(spec, kModel, kVocabulary, how, seed, {folder.path()});
    }
};

Ids row(const CalibrationSet& set, std::int64_t window)
{
    const Tensor values = set.tokens[window].contiguous();
    const auto* first = values.data_ptr<std::int32_t>();
    return {first, first + values.numel()};
}

} // namespace

TEST(tokenFilesAreCutAsTheyAre)
{
    const Fixture fixture;
    const DataSpec all{fixture.tokens({1, 2, 3, 4, 5, 6, 7}), 3, 0};
    // No tokenizer is needed, and "sampled" changes nothing: the file is the choice.
    for (const Windows how : {Windows::InOrder, Windows::Sampled}) {
        const CalibrationSet set = loadWindows(all, "/nowhere", 8, how, 9, {});
        COMPARE(set.tokens.size(0), 2);
        COMPARE(row(set, 0), (Ids{1, 2, 3}));
        COMPARE(row(set, 1), (Ids{4, 5, 6}));
        COMPARE(set.available, 2);
        COMPARE(set.name, "some");
        COMPARE(set.textFingerprint, "");
        const Ids used{1, 2, 3, 4, 5, 6};
        COMPARE(set.fingerprint,
                sha256Of({reinterpret_cast<const char*>(used.data()), used.size() * 4}));
    }
    const CalibrationSet one =
        loadWindows({all.source, 3, 1}, "/nowhere", 8, Windows::InOrder, 0, {});
    COMPARE(one.tokens.size(0), 1);
    COMPARE(one.available, 2);
    // Ids behind the last window are not used, so they may be anything.
    loadWindows({fixture.tokens({1, 2, 3, 99}), 3, 1}, "/nowhere", 8, Windows::InOrder, 0, {});
}

TEST(packedTokenFilesAreUnpacked)
{
    const Fixture fixture;
    constexpr unsigned char kOneToFour[] = {0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00,
                                            0x02, 0x03, 0x63, 0x64, 0x60, 0x60, 0x60, 0x02,
                                            0x62, 0x66, 0x20, 0x66, 0x01, 0x62, 0x00, 0xEF,
                                            0xD4, 0x05, 0xAF, 0x10, 0x00, 0x00, 0x00}; // gzip
    const std::string packed(reinterpret_cast<const char*>(kOneToFour), sizeof kOneToFour);
    const CalibrationSet set = loadWindows({fixture.source("tokens:", "some.i32.gz", packed), 2, 0},
                                           "/nowhere", 8, Windows::InOrder, 0, {});
    COMPARE(row(set, 0), (Ids{1, 2}));
    COMPARE(row(set, 1), (Ids{3, 4}));
}

TEST(badTokenFilesAreRefused)
{
    const Fixture fixture;
    VERIFY_FAILS(fixture.load({fixture.source("tokens:", "a.i32", "12345"), 2, 0}),
                 ErrorCode::InvalidInput, "a.i32 has 5 bytes");
    VERIFY_FAILS(fixture.load({fixture.source("tokens:", "b.i32", ""), 2, 0}),
                 ErrorCode::InvalidInput, "b.i32 has 0 bytes");
    VERIFY_FAILS(fixture.load({fixture.tokens({1, 502}), 2, 0}), ErrorCode::InvalidInput,
                 "token 1 has the id 502, the model's vocabulary ends at 501");
    VERIFY_FAILS(fixture.load({fixture.tokens({-1, 5}), 2, 0}), ErrorCode::InvalidInput,
                 "token 0 has the id -1");
    VERIFY_FAILS(fixture.load({"tokens:/nowhere.i32", 2, 0}), ErrorCode::NotFound, "/nowhere.i32");
}

TEST(textInOrderIsTokenisedOnceAndTheTailDropped)
{
    const Fixture fixture;
    const CalibrationSet set = fixture.load({fixture.source("text:", "garden.txt", kText), 4, 0});
    const Ids whole = Tokenizer::open(kModel)->encode(kText);
    COMPARE(set.tokens.size(0), static_cast<std::int64_t>(whole.size()) / 4);
    COMPARE(row(set, 0), (Ids{whole[0], whole[1], whole[2], whole[3]}));
    COMPARE(row(set, 1), (Ids{whole[4], whole[5], whole[6], whole[7]}));
    COMPARE(whole[0], 1);
    COMPARE(set.name, "garden");
    COMPARE(set.textFingerprint, sha256Of(kText));
}

TEST(sampledWindowsStartWhereTheSeedSays)
{
    const Fixture fixture;
    const DataSpec spec{fixture.source("text:", "garden.txt", kText), 5, 6};
    const CalibrationSet set = fixture.load(spec, Windows::Sampled, 42);
    const Ids whole = Tokenizer::open(kModel)->encode(kText);
    Random random(42);
    for (std::int64_t window = 0; window < 6; ++window) {
        const auto start = static_cast<std::ptrdiff_t>(random.below(whole.size() - 5 + 1));
        COMPARE(row(set, window), Ids(whole.begin() + start, whole.begin() + start + 5));
    }
    COMPARE(fixture.load(spec, Windows::Sampled, 42).fingerprint, set.fingerprint);
    VERIFY(fixture.load(spec, Windows::Sampled, 43).fingerprint != set.fingerprint);
    // More than fit side by side: they overlap.
    COMPARE(fixture.load({spec.source, 5, 100}, Windows::Sampled, 1).tokens.size(0), 100);
}

TEST(everyBuiltinStoryIsTokenisedByItself)
{
    const Fixture fixture;
    fixture.source("", "tinystories_sample.txt",
                   "\nThe tree.\nIt grows.\n<|endoftext|>\n\nThe wall.\n<|endoftext|>\n");
    const auto tokenizer = Tokenizer::open(kModel);
    Ids expected = tokenizer->encode("The tree.\nIt grows.");
    const Ids second = tokenizer->encode("The wall.");
    expected.insert(expected.end(), second.begin(), second.end());
    const auto length = static_cast<std::int64_t>(expected.size());
    const CalibrationSet set = fixture.load({"builtin:tinystories", length, 1});
    COMPARE(row(set, 0), expected);
    COMPARE(std::ranges::count(expected, 1), 2);
    COMPARE(set.name, "tinystories");
}

TEST(storyEndsStayWhereTheVocabularyHasThem)
{
    const Fixture fixture;
    fixture.source("", "tinystories_sample.txt", "a\n<|endoftext|>\nb");
    fixture.source(
        "", "tokenizer.json",
        R"({"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":[]},"added_tokens":[{"id":2,"content":"<|endoftext|>"}]})");
    const CalibrationSet set = loadWindows({"builtin:tinystories", 4, 1}, fixture.folder.path(), 3,
                                           Windows::InOrder, 0, {fixture.folder.path()});
    COMPARE(row(set, 0), (Ids{0, 2, 1, 2}));
}

TEST(badRequestsAreRefused)
{
    const Fixture fixture;
    const std::string text = fixture.source("text:", "short.txt", "tree");
    const auto tokens = std::to_string(Tokenizer::open(kModel)->encode("tree").size());
    VERIFY_FAILS(fixture.load({text, 256, 0}), ErrorCode::InvalidInput,
                 "short.txt gives " + tokens + " tokens, one window has 256");
    VERIFY_FAILS(fixture.load({text, 256, 4}, Windows::Sampled), ErrorCode::InvalidInput,
                 "one window has 256");
    VERIFY_FAILS(fixture.load({text, 1, 0}), ErrorCode::InvalidInput,
                 "a window of 1 tokens predicts nothing");
    VERIFY_FAILS(fixture.load({text, 2, -1}), ErrorCode::InvalidInput, "-1 windows are asked for");
    VERIFY_FAILS(fixture.load({fixture.tokens({1, 2, 3, 4}), 2, 3}), ErrorCode::InvalidInput,
                 "gives 2 windows of 2 tokens, 3 are asked for");
    VERIFY_FAILS(loadWindows({text, 2, 0}, fixture.folder.path(), 9, Windows::InOrder, 0, {}),
                 ErrorCode::NotFound, "There is no tokenizer.json");
    VERIFY_FAILS(loadWindows({text, 2, 0}, kModel, 2, Windows::InOrder, 0, {}),
                 ErrorCode::InvalidInput, "The tokens belong to another model");
}
