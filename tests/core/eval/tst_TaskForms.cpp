// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/PythonRandom.h"
#include "core/eval/PythonText.h"
#include "core/eval/TaskData.h"
#include "core/eval/TaskForms.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <fstream>

using namespace espalier;
using namespace espalier::test;
using namespace std::string_literals;

namespace {

TaskQuestion asked(const char* task, const char* row)
{
    return taskForm(task).read(parseJson(row, "row"), "rows.jsonl, line 1");
}

Path written(const TempFolder& temp, const char* name, const std::string& text)
{
    const Path file = temp.path() / name;
    std::ofstream(file, std::ios::binary) << text;
    return file;
}

} // namespace

TEST(drawsOfPythonsRandom)
{
    PythonRandom random(1234); // random.Random(1234).getrandbits(32), CPython 3.11
    COMPARE(random.next(), 4150886329U);
    COMPARE(random.next(), 3342196574U);
    COMPARE(PythonRandom(0).next(), 3626764237U);
    COMPARE(PythonRandom((std::uint64_t{1} << 40) + 5).next(), 2166296868U);
    PythonRandom samples(1234);
    using Places = std::vector<std::size_t>;
    COMPARE(samples.sample(10, 3), (Places{7, 1, 0}));
    COMPARE(samples.sample(10, 6), (Places{1, 0, 9, 8, 2, 7}));
    COMPARE(samples.sample(1000, 5), (Places{17, 31, 807, 16, 354}));
    COMPARE(samples.sample(100, 6), (Places{82, 79, 61, 78, 59, 19}));
    COMPARE(samples.sample(85, 6), (Places{11, 23, 14, 1, 64, 62}));
    COMPARE(samples.sample(22, 2), (Places{7, 2}));
    VERIFY_FAILS(samples.sample(2, 3), ErrorCode::InvalidInput, "3 examples");
}

TEST(textAsPythonTreatsIt)
{
    COMPARE(pythonCapitalized("dog BIT \u00C9l"), "Dog bit \u00E9l"s);
    COMPARE(pythonCapitalized("\u01C6ABC"), "\u01C5abc"s); // title case, not upper case
    COMPARE(std::string(pythonStripped(" \u00A0a b\u2003\n")), "a b"s);
    COMPARE(std::string(pythonRightStripped("a \x1F")), "a"s);
    COMPARE(replaced("aaa", "aa", "b"), "ba"s);
}

TEST(unknownTasksAreRefusedWithTheList)
{
    VERIFY_FAILS(taskForm("mmlu"), ErrorCode::InvalidInput,
                 "Known are blimp, boolq, piqa, hellaswag, winogrande, arc_easy, arc_challenge, "
                 "openbookqa, lambada_openai, lambada_standard.");
}

TEST(blimpHasNoContext)
{
    const TaskQuestion q = asked("blimp", R"({"sentence_good": "Cats run.", "sentence_bad":
        "Cats runs.", "UID": "agreement"})");
    COMPARE(q.requests[0].context, ""s);
    COMPARE(q.requests[0].continuation, " Cats run."s);
    COMPARE(q.requests[1].continuation, " Cats runs."s);
    COMPARE(q.gold, 0);
    COMPARE(q.group, "agreement"s);
    COMPARE(q.example, " Cats run."s);
}

TEST(boolqAsksYesOrNo)
{
    const char* hub = R"({"passage": "Water is wet.", "question": "is water wet", "label": 1})";
    const TaskQuestion q = asked("boolq", hub);
    COMPARE(q.requests[0].context, "Water is wet.\nQuestion: is water wet?\nAnswer:"s);
    COMPARE(q.requests[0].continuation, " no"s);
    COMPARE(q.requests[1].continuation, " yes"s);
    COMPARE(q.gold, 1);
    COMPARE(asked("boolq", R"({"passage": "", "question": "q", "answer": false})").gold, 0);
    COMPARE(asked("boolq", R"({"passage": "", "question": "q", "label": true})").gold, 1);
    VERIFY_FAILS(asked("boolq", R"({"passage": "", "question": "q"})"), ErrorCode::InvalidInput,
                 "rows.jsonl, line 1 has no field \"answer\"");
    VERIFY_FAILS(asked("boolq", R"({"passage": 3, "question": "q", "label": 0})"),
                 ErrorCode::InvalidInput, "no text in \"passage\"");
}

TEST(piqaOffersTwoSolutions)
{
    const TaskQuestion q =
        asked("piqa", R"({"goal": "To open", "sol1": "push", "sol2": "pull", "label": "1"})");
    COMPARE(q.requests[1].context, "Question: To open\nAnswer:"s);
    COMPARE(q.requests[1].continuation, " pull"s);
    COMPARE(q.gold, 1);
    COMPARE(q.example, "Question: To open\nAnswer: pull"s);
    VERIFY_FAILS(asked("piqa", R"({"goal": "g", "sol1": "a", "sol2": "b", "label": -1})"),
                 ErrorCode::InvalidInput, "must be 0 to 1");
}

TEST(hellaswagIsTidied)
{
    const TaskQuestion q = asked("hellaswag", R"({"activity_label": " Baking", "ctx_a":
        "[header] How to bake [title] Buy  flour.", "ctx_b": "the COOK", "endings":
        ["mixes [step] it", "eats [unclosed", "a", "b"], "label": "1"})");
    // " [title]" becomes ". ", other brackets go, then double blanks are halved once.
    COMPARE(q.requests[0].context, "Baking: How to bake. Buy flour. The cook"s);
    COMPARE(q.requests[0].continuation, " mixes it"s);
    COMPARE(q.requests[1].continuation, " eats [unclosed"s);
    COMPARE(q.requests.size(), 4U);
    COMPARE(q.gold, 1);
    VERIFY_FAILS(asked("hellaswag", R"({"activity_label": "a", "ctx_a": "b", "ctx_b": "c",
        "endings": ["x"], "label": ""})"),
                 ErrorCode::InvalidInput, "Test sets without answers");
}

TEST(winograndeFillsTheBlank)
{
    const TaskQuestion q = asked("winogrande", R"({"sentence": "Ann thanked Bea as _ had helped.",
        "option1": "Ann", "option2": "Bea", "answer": "2"})");
    COMPARE(q.requests[0].context, "Ann thanked Bea as Ann"s);
    COMPARE(q.requests[1].context, "Ann thanked Bea as Bea"s);
    COMPARE(q.requests[1].continuation, " had helped."s);
    COMPARE(q.gold, 1);
    COMPARE(q.example, "Ann thanked Bea as Bea had helped."s);
    VERIFY_FAILS(asked("winogrande", R"({"sentence": "none", "option1": "a", "option2": "b",
        "answer": "1"})"),
                 ErrorCode::InvalidInput, "no blank");
}

TEST(scienceQuestionsInBothForms)
{
    const char* distributed = R"({"id": "1", "question": {"stem": "What is wet?", "choices":
        [{"text": "sand", "label": "A"}, {"text": "water", "label": "B"}]}, "answerKey": "B"})";
    const char* hub = R"({"id": "1", "question": "What is wet?", "choices": {"text":
        ["sand", "water"], "label": ["A", "B"]}, "answerKey": "B"})";
    for (const char* row : {distributed, hub}) {
        const TaskQuestion q = asked("arc_easy", row);
        COMPARE(q.requests[1].context, "Question: What is wet?\nAnswer:"s);
        COMPARE(q.requests[1].continuation, " water"s);
        COMPARE(q.gold, 1);
    }
    const TaskQuestion open = asked("openbookqa", R"({"question_stem": "Rain is", "choices":
        {"text": ["dry", "wet"], "label": ["1", "2"]}, "answerKey": " 2"})");
    COMPARE(open.requests[1].context, "Rain is"s);
    COMPARE(open.gold, 1);
    VERIFY_FAILS(asked("arc_challenge", R"({"question": "q", "choices": {"text": ["a"], "label":
        ["A"]}, "answerKey": "E"})"),
                 ErrorCode::InvalidInput, "the answer \"E\"");
    VERIFY_FAILS(asked("arc_easy", R"({"question": "q", "answerKey": "E"})"),
                 ErrorCode::InvalidInput, "no \"choices\"");
}

TEST(lambadaAsksTheLastWord)
{
    const TaskQuestion q = asked("lambada_openai", R"({"text": "He saw  the dog"})");
    COMPARE(q.requests[0].context, "He saw  the"s);
    COMPARE(q.requests[0].continuation, " dog"s);
    COMPARE(q.target, " dog"s);
    VERIFY_FAILS(asked("lambada_openai", R"({"text": "dog"})"), ErrorCode::InvalidInput,
                 "last word");
}

TEST(readsTablesAndLabelFiles)
{
    const TempFolder temp;
    const TaskData table = loadTask(
        taskForm("blimp"),
        written(temp, "b.tsv", "UID\tsentence_good\tsentence_bad\nx\tA b.\tB a.\nx\tC.\tD.\n"));
    COMPARE(table.questions.size(), 2U);
    COMPARE(table.questions[1].requests[1].continuation, " D."s);
    const Path piqa = written(temp, "valid.jsonl",
                              "{\"goal\":\"g\",\"sol1\":\"a\",\"sol2\":\"b\"}\n\n"
                              "{\"goal\":\"h\",\"sol1\":\"a\",\"sol2\":\"b\"}\n");
    VERIFY_FAILS(loadTask(taskForm("piqa"), piqa), ErrorCode::InvalidInput, "no field \"label\"");
    written(temp, "valid-labels.lst", "1\n");
    VERIFY_FAILS(loadTask(taskForm("piqa"), piqa), ErrorCode::InvalidInput, "has 1 answers");
    written(temp, "valid-labels.lst", "1\n0\n");
    COMPARE(loadTask(taskForm("piqa"), piqa).questions[0].gold, 1);
    COMPARE(loadTask(taskForm("piqa"), piqa, {.limit = 1}).questions.size(), 1U);
    COMPARE(loadTask(taskForm("piqa"), piqa, {.limit = 1}).available, 2);
    VERIFY_FAILS(loadTask(taskForm("blimp"), written(temp, "c.tsv", "UID\tx\na\n")),
                 ErrorCode::InvalidInput, "line 2 has 1 columns");
    VERIFY_FAILS(loadTask(taskForm("boolq"), written(temp, "e.jsonl", "\n")),
                 ErrorCode::InvalidInput, "no question of boolq");
    VERIFY_FAILS(loadTask(taskForm("boolq"), written(temp, "f.jsonl", "{\"a\": 1}\n[2]\n")),
                 ErrorCode::InvalidInput, "line 2 is not a JSON object");
    VERIFY_FAILS(loadTask(taskForm("boolq"), written(temp, "g.jsonl", "{broken\n")),
                 ErrorCode::Corrupt, "line 1");
    VERIFY_FAILS(loadTask(taskForm("boolq"), written(temp, "h.jsonl", "\xFF\n")),
                 ErrorCode::InvalidInput, "UTF-8");
    VERIFY_FAILS(loadTask(taskForm("boolq"), temp.path() / "none.jsonl"), ErrorCode::NotFound,
                 "none.jsonl");
}

TEST(examplesAreDrawnAsTheHarnessDoes)
{
    const TempFolder temp;
    std::string rows;
    for (int i = 0; i < 10; ++i) {
        rows += "{\"goal\":\"g" + std::to_string(i) +
                "\",\"sol1\":\"a\",\"sol2\":\"b\",\"label\":" + std::to_string(i % 2) + "}\n";
    }
    const Path file = written(temp, "p.jsonl", rows);
    const TaskData same = loadTask(taskForm("piqa"), file, {.limit = 2, .shots = 2});
    // random.Random(1234).sample(range(10), 3) is 7, 1, 0; row 0 is the question itself.
    COMPARE(same.questions[0].requests[0].context,
            "Question: g7\nAnswer: b\n\nQuestion: g1\nAnswer: b\n\nQuestion: g0\nAnswer:"s);
    COMPARE(same.questions[0].requests[1].context, same.questions[0].requests[0].context);
    for (const TaskQuestion& question : loadTask(taskForm("piqa"), file, {.shots = 9}).questions) {
        // Nine of ten rows: all but the question itself.
        COMPARE(question.requests[0].context.find(
                    "Question: " + question.doc.at("goal").get<std::string>() + "\nAnswer:"),
                question.requests[0].context.rfind("Question: "));
    }
    const TaskData other =
        loadTask(taskForm("piqa"), file, {.limit = 1, .shots = 3, .shotFile = file});
    COMPARE(
        other.questions[0].requests[0].context,
        "Question: g7\nAnswer: b\n\nQuestion: g1\nAnswer: b\n\nQuestion: g0\nAnswer: a\n\nQuestion: g0\nAnswer:"s);
    VERIFY_FAILS(loadTask(taskForm("piqa"), file, {.shots = 10}), ErrorCode::InvalidInput,
                 "11 examples are to be drawn from 10");
}
