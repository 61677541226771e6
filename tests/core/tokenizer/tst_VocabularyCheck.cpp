// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/VocabularyCheck.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"
#include "tests/support/TinyModel.h"

using namespace espalier;

namespace {

/// The tokenizer of `folder` with one entry renamed.
void rename(const Path& folder, const std::string& from, const std::string& to)
{
    std::string text = readFile(folder / "tokenizer.json");
    const auto at = text.find(from);
    VERIFY(at != std::string::npos);
    writeFileAtomically(folder / "tokenizer.json", text.replace(at, from.size(), to));
}

} // namespace

TEST(oneVocabularyIsFine)
{
    const test::TempFolder folder;
    const Path a = test::makeTinyModel(folder.path() / "a");
    const Path b = test::makeTinyModel(folder.path() / "b", {.layers = 2, .seed = 9});
    COMPARE(requireSameVocabulary({a, 96}, {b, 96}), "");
    COMPARE(requireSameVocabulary({a, 96}, {a, 96}), "");
}

TEST(sizesAreNamed)
{
    VERIFY_FAILS(requireSameVocabulary({"a", 96}, {"b", 128}), ErrorCode::InvalidInput,
                 "the student's has 96 tokens, the teacher's 128");
}

TEST(theRefusalSaysWhatTheTwoAre)
{
    VERIFY_FAILS(requireSameVocabulary({"a", 96}, {"b", 128}, {"model", "reference", "Choose."}),
                 ErrorCode::InvalidInput,
                 "The model and the reference have different vocabularies: the model's has 96 "
                 "tokens, the reference's 128. Choose.");
}

TEST(firstDifferenceIsNamed)
{
    const test::TempFolder folder;
    const Path a = test::makeTinyModel(folder.path() / "a");
    const Path b = test::makeTinyModel(folder.path() / "b");
    rename(b, "\"!\"", "\"zz\""); // id 4
    VERIFY_FAILS(requireSameVocabulary({a, 96}, {b, 96}), ErrorCode::InvalidInput,
                 "token 4, \"!\" for the student and \"zz\" for the teacher");
}

TEST(missingTokenizerIsSaid)
{
    const test::TempFolder folder;
    const Path a = test::makeTinyModel(folder.path() / "a");
    const Path b = test::makeTinyModel(folder.path() / "b");
    std::filesystem::remove(b / "tokenizer.json");
    const std::string note = requireSameVocabulary({a, 96}, {b, 96});
    VERIFY(note.find("no tokenizer.json in " + b.string()) != std::string::npos);
}
