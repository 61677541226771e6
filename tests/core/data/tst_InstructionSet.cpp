// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/InstructionSet.h"
#include "tests/support/Test.h"

#include <cstdlib>

using namespace espalier;

namespace {

const Path kData = Path(ESPALIER_TEST_DATA) / "data";

} // namespace

TEST(threeFormsGiveTheSameExamples)
{
    const InstructionSet set = readInstructions(kData / "instructions.jsonl");
    COMPARE(set.examples.size(), std::size_t(4));
    COMPARE(set.examples[0].instruction, "Name a tree."); // Alpaca, "<noinput>"
    COMPARE(set.examples[0].input, "");
    COMPARE(set.examples[0].output, "An apple tree.");
    COMPARE(set.examples[1].input, "The wall faces south."); // Dolly's context
    COMPARE(set.examples[1].output, "South.");
    COMPARE(set.examples[2].input, "ties"); // Self-Instruct: two of one record
    COMPARE(set.examples[3].output, "to cut");
    COMPARE(set.examples[2].line, set.examples[3].line);
    const auto messages = messagesOf(set.examples[1]);
    COMPARE(messages[0].text, "Where does the wall face?\n\nThe wall faces south.");
    VERIFY(messages[1].role == ChatRole::Assistant);
    COMPARE(messagesOf(set.examples[0])[0].text, "Name a tree.");
}

TEST(badRecordsAreRefusedOrListed)
{
    const Path file = kData / "instructions-bad.jsonl";
    VERIFY_FAILS(readInstructions(file), ErrorCode::InvalidInput,
                 "line 2 cannot be used: the field \"output\" is empty");
    const InstructionSet set = readInstructions(file, BadRecords::List);
    COMPARE(set.examples.size(), std::size_t(1));
    COMPARE(set.rejected.size(), std::size_t(5));
    COMPARE(set.rejected[1].line, std::size_t(3));
    COMPARE(set.rejected[1].why, "it has no field \"instruction\", its fields are output, prompt");
    VERIFY(set.rejected[2].why.starts_with("none of \"output\" (Alpaca)"));
    COMPARE(set.rejected[3].why, "the field \"input\" holds number, not text");
    COMPARE(set.rejected[4].why, "\"instances\" is no list with at least one answer");
    VERIFY_FAILS(instructionsOf("{\"a\": 1}", "x", BadRecords::List), ErrorCode::InvalidInput,
                 "x, line 1 cannot be used, nor can any other");
    VERIFY_FAILS(instructionsOf("", "x"), ErrorCode::InvalidInput, "x holds no record");
    VERIFY_FAILS(instructionsOf("{\"instruction\": ", "x", BadRecords::List), ErrorCode::Corrupt,
                 "x, line 1");
}

TEST(formAndOrderOfFieldsDoNotChangeTheFingerprint)
{
    const char* alpaca = "[{\"output\": \"o\", \"input\": \"i\", \"instruction\": \"q\"}]";
    const char* dolly = "{\"instruction\":\"q\",\"context\":\"i\",\"response\":\"o\"}\n";
    COMPARE(instructionsOf(alpaca, "a").fingerprint, instructionsOf(dolly, "d").fingerprint);
    const char* other = "{\"instruction\":\"q\",\"context\":\"\",\"response\":\"o\"}\n";
    VERIFY(instructionsOf(alpaca, "a").fingerprint != instructionsOf(other, "d").fingerprint);
}

TEST(publicSetsAreRead)
{
    const char* place = std::getenv("ESPALIER_DATA");
    if (place == nullptr) {
        SKIP("ESPALIER_DATA names no folder with public sets");
    }
    const Path folder(place);
    COMPARE(readInstructions(folder / "dolly/dolly_3k.json").examples.size(), std::size_t(2996));
    const auto seeds = readInstructions(folder / "alpaca/seed_tasks.jsonl", BadRecords::List);
    VERIFY(seeds.examples.size() >= 175);
    const auto tasks = readInstructions(folder / "self-instruct/user_oriented_instructions.jsonl",
                                        BadRecords::List);
    VERIFY(tasks.examples.size() >= 250);
}
