// SPDX-License-Identifier: GPL-3.0-or-later

// Prompts of lm-evaluation-harness 0.4 (its task files and their utils), one function a task. A
// few-shot example is the prompt, the delimiter " " and the right answer.

#include "core/eval/TaskForms.h"

#include "core/base/Error.h"
#include "core/eval/PythonText.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

namespace espalier {

namespace {

constexpr const char* kDelimiter = " ";

[[noreturn]] void refuse(const std::string& where, const std::string& what)
{
    throw Error(ErrorCode::InvalidInput, where + " " + what);
}

std::string textOf(const Json& doc, const char* field, const std::string& where)
{
    const auto found = doc.find(field);
    if (found == doc.end() || !found->is_string()) {
        refuse(where, std::string(found == doc.end() ? "has no field \"" : "has no text in \"") +
                          field + "\".");
    }
    return found->get<std::string>();
}

/// A whole number, or text that is one.
std::optional<std::int64_t> numberOf(const Json& value)
{
    if (value.is_number_integer()) {
        return value.get<std::int64_t>();
    }
    if (value.is_string()) {
        const std::string text = value.get<std::string>();
        const bool isDigits =
            !text.empty() && text.size() < 10 &&
            std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
        return isDigits ? std::optional<std::int64_t>(std::stoll(text)) : std::nullopt;
    }
    return std::nullopt;
}

std::int64_t indexOf(const Json& doc, const char* field, std::size_t choices,
                     const std::string& where)
{
    const auto found = doc.find(field);
    if (found == doc.end()) {
        refuse(where, std::string("has no field \"") + field + "\", so no answer is right.");
    }
    const std::optional<std::int64_t> value = numberOf(*found);
    if (!value || *value < 0 || *value >= static_cast<std::int64_t>(choices)) {
        refuse(where, std::string("has ") + compactText(*found) + " in \"" + field +
                          "\"; it must be 0 to " + std::to_string(choices - 1) +
                          ". Test sets without answers cannot be evaluated.");
    }
    return *value;
}

/// Answers as continuations of one question.
TaskQuestion choiceQuestion(const Json& doc, const std::string& context,
                            std::vector<std::string> choices, std::int64_t gold)
{
    TaskQuestion question{.doc = doc, .gold = gold, .target = std::to_string(gold)};
    for (const std::string& choice : choices) {
        question.requests.push_back({context, kDelimiter + choice});
    }
    question.example = context + kDelimiter + choices[static_cast<std::size_t>(gold)];
    question.choices = std::move(choices);
    return question;
}

TaskQuestion readBlimp(const Json& doc, const std::string& where)
{
    TaskQuestion question = choiceQuestion(
        doc, "", {textOf(doc, "sentence_good", where), textOf(doc, "sentence_bad", where)}, 0);
    question.group = doc.contains("UID") ? textOf(doc, "UID", where) : std::string();
    return question;
}

TaskQuestion readBoolq(const Json& doc, const std::string& where)
{
    const char* field = doc.contains("label") ? "label" : "answer";
    const auto found = doc.find(field);
    const bool isTruth = found != doc.end() && found->is_boolean();
    const std::int64_t gold =
        isTruth ? (found->get<bool>() ? 1 : 0) : indexOf(doc, field, 2, where);
    const std::string context = textOf(doc, "passage", where) +
                                "\nQuestion: " + textOf(doc, "question", where) + "?\nAnswer:";
    return choiceQuestion(doc, context, {"no", "yes"}, gold);
}

TaskQuestion readPiqa(const Json& doc, const std::string& where)
{
    return choiceQuestion(doc, "Question: " + textOf(doc, "goal", where) + "\nAnswer:",
                          {textOf(doc, "sol1", where), textOf(doc, "sol2", where)},
                          indexOf(doc, "label", 2, where));
}

/// Drops what stands in brackets, each from "[" to the next "]" of the same line.
std::string withoutBrackets(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '[') {
            const std::size_t end = text.find_first_of("]\n", i + 1);
            if (end != std::string_view::npos && text[end] == ']') {
                i = end;
                continue;
            }
        }
        result += text[i];
    }
    return result;
}

std::string hellaswagText(const std::string& text)
{
    const std::string dotted = replaced(pythonStripped(text), " [title]", ". ");
    return replaced(withoutBrackets(dotted), "  ", " ");
}

TaskQuestion readHellaswag(const Json& doc, const std::string& where)
{
    const std::string context =
        textOf(doc, "ctx_a", where) + " " + pythonCapitalized(textOf(doc, "ctx_b", where));
    std::vector<std::string> endings;
    const auto found = doc.find("endings");
    if (found == doc.end() || !found->is_array() || found->empty()) {
        refuse(where, "has no list of texts in \"endings\".");
    }
    for (const Json& ending : *found) {
        if (!ending.is_string()) {
            refuse(where, "has something other than text in \"endings\".");
        }
        endings.push_back(hellaswagText(ending.get<std::string>()));
    }
    const std::int64_t gold = indexOf(doc, "label", endings.size(), where);
    return choiceQuestion(doc, hellaswagText(textOf(doc, "activity_label", where) + ": " + context),
                          std::move(endings), gold);
}

/// Either option in place of the blank; the rest of the sentence is what is scored.
TaskQuestion readWinogrande(const Json& doc, const std::string& where)
{
    const std::string sentence = textOf(doc, "sentence", where);
    const std::size_t blank = sentence.find('_');
    if (blank == std::string::npos) {
        refuse(where, "has no blank \"_\" in \"sentence\".");
    }
    const std::string answer = textOf(doc, "answer", where);
    if (answer != "1" && answer != "2") {
        refuse(where, "has \"" + answer + "\" in \"answer\"; it must be \"1\" or \"2\".");
    }
    const std::string_view rest = std::string_view(sentence).substr(blank + 1);
    const std::string ending(pythonStripped(rest));
    TaskQuestion question{.doc = doc, .gold = answer == "1" ? 0 : 1, .target = ending};
    for (const char* option : {"option1", "option2"}) {
        question.choices.push_back(sentence.substr(0, blank) + textOf(doc, option, where));
        question.requests.push_back({question.choices.back(), kDelimiter + ending});
    }
    question.example =
        question.choices[static_cast<std::size_t>(question.gold)] + kDelimiter + ending;
    return question;
}

struct LabelledChoices {
    std::vector<std::string> texts = {}, labels = {};
};

/// [{"text", "label"}, ...] as distributed, or {"text": [...], "label": [...]} as on the hub.
LabelledChoices labelledChoices(const Json& choices, const std::string& where)
{
    LabelledChoices result;
    if (choices.is_array()) {
        for (const Json& choice : choices) {
            if (!choice.is_object()) {
                refuse(where, "has something other than objects in \"choices\".");
            }
            result.texts.push_back(textOf(choice, "text", where));
            result.labels.push_back(textOf(choice, "label", where));
        }
    } else if (choices.is_object() && choices.contains("text") && choices.contains("label")) {
        for (const auto& [key, list] :
             {std::pair("text", &result.texts), std::pair("label", &result.labels)}) {
            for (const Json& item : choices.at(key)) {
                if (!item.is_string()) {
                    refuse(where, "has something other than text in \"choices\".");
                }
                list->push_back(item.get<std::string>());
            }
        }
    }
    if (result.texts.empty() || result.texts.size() != result.labels.size()) {
        refuse(where, "has no \"choices\" with a text and a label each.");
    }
    return result;
}

/// ARC and OpenBookQA: the stem, and choices with labels.
TaskQuestion readScience(const Json& doc, const std::string& where, const char* flatStem,
                         const std::function<std::string(const std::string&)>& prompt)
{
    const auto nested = doc.find("question");
    const bool isNested = nested != doc.end() && nested->is_object();
    const Json& holder = isNested ? *nested : doc;
    const std::string stem = textOf(holder, isNested ? "stem" : flatStem, where);
    const auto found = holder.find("choices");
    LabelledChoices choices = labelledChoices(found == holder.end() ? Json() : *found, where);
    const std::string key(pythonStripped(textOf(doc, "answerKey", where)));
    const auto place = std::ranges::find(choices.labels, key);
    if (place == choices.labels.end()) {
        refuse(where, "has the answer \"" + key + "\", which is no label of its choices.");
    }
    return choiceQuestion(doc, prompt(stem), std::move(choices.texts),
                          place - choices.labels.begin());
}

TaskQuestion readArc(const Json& doc, const std::string& where)
{
    return readScience(doc, where, "question",
                       [](const std::string& stem) { return "Question: " + stem + "\nAnswer:"; });
}

TaskQuestion readOpenBookQa(const Json& doc, const std::string& where)
{
    return readScience(doc, where, "question_stem", [](const std::string& stem) { return stem; });
}

TaskQuestion readLambada(const Json& doc, const std::string& where)
{
    const std::string text = textOf(doc, "text", where);
    const std::size_t space = text.rfind(' ');
    if (space == std::string::npos) {
        refuse(where, "has no space in \"text\", so no last word.");
    }
    const std::string context = text.substr(0, space);
    const std::string word = text.substr(space); // with its space
    return {.doc = doc,
            .requests = {{context, word}},
            .choices = {word.substr(1)},
            .gold = 0,
            .target = word,
            .example = context + kDelimiter + word};
}

constexpr const char* kScienceRow = R"({"question", "choices": {"text", "label"}, "answerKey"})";

} // namespace

const std::vector<TaskForm>& taskForms()
{
    static const std::vector<TaskForm> forms{
        {"blimp", "1.0", TaskKind::Choice, false, R"({"sentence_good", "sentence_bad", "UID"})", "",
         readBlimp},
        {"boolq", "2.0", TaskKind::Choice, false, R"({"passage", "question", "label"})", "",
         readBoolq},
        {"piqa", "1.0", TaskKind::Choice, true, R"({"goal", "sol1", "sol2", "label"})", "label",
         readPiqa},
        {"hellaswag", "1.0", TaskKind::Choice, true,
         R"({"activity_label", "ctx_a", "ctx_b", "endings", "label"})", "label", readHellaswag},
        {"winogrande", "1.0", TaskKind::Choice, false,
         R"({"sentence", "option1", "option2", "answer"})", "answer", readWinogrande},
        {"arc_easy", "1.0", TaskKind::Choice, true, kScienceRow, "", readArc},
        {"arc_challenge", "1.0", TaskKind::Choice, true, kScienceRow, "", readArc},
        {"openbookqa", "1.0", TaskKind::Choice, true,
         R"({"question_stem", "choices": {"text", "label"}, "answerKey"})", "", readOpenBookQa},
        {"lambada_openai", "1.0", TaskKind::LastWord, false, R"({"text"})", "", readLambada},
        {"lambada_standard", "1.0", TaskKind::LastWord, false, R"({"text"})", "", readLambada},
    };
    return forms;
}

const TaskForm& taskForm(std::string_view name)
{
    std::string known;
    for (const TaskForm& form : taskForms()) {
        if (form.name == name) {
            return form;
        }
        known += (known.empty() ? "" : ", ") + std::string(form.name);
    }
    throw Error(ErrorCode::InvalidInput,
                "There is no task called \"" + std::string(name) + "\". Known are " + known + ".");
}

} // namespace espalier
