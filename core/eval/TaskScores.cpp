// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/TaskScores.h"

#include "core/base/Error.h"
#include "core/eval/SequenceScores.h"
#include "core/eval/Statistics.h"
#include "core/tokenizer/Utf8.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace espalier {

namespace {

double codePoints(std::string_view text)
{
    double count = 0.0;
    for (std::size_t position = 0; position < text.size(); ++count) {
        nextCodePoint(text, position);
    }
    return count;
}

/// The first of the largest, as numpy.argmax.
std::int64_t largest(const std::vector<double>& values)
{
    return std::ranges::max_element(values) - values.begin();
}

void judge(TaskAnswer& answer, const TaskForm& form, const TaskQuestion& question)
{
    const auto gold = static_cast<std::size_t>(question.gold);
    if (form.kind == TaskKind::LastWord) {
        answer.isRight = answer.isGreedy.front();
    } else {
        std::vector<double> byLength;
        std::vector<double> byBytes;
        for (std::size_t i = 0; i < question.choices.size(); ++i) {
            byLength.push_back(answer.logLikelihoods[i] / codePoints(question.choices[i]));
            byBytes.push_back(answer.logLikelihoods[i] /
                              static_cast<double>(question.choices[i].size()));
        }
        answer.isRight = largest(answer.logLikelihoods) == question.gold;
        answer.isRightByLength = largest(byLength) == question.gold;
        answer.isRightByBytes = largest(byBytes) == question.gold;
    }
    std::string_view scored = question.requests[gold].continuation;
    scored.remove_prefix(scored.starts_with(' ') ? 1 : 0);
    answer.goldBytes = static_cast<double>(scored.size());
}

Estimate shareOf(const std::vector<TaskAnswer>& answers, bool TaskAnswer::*isRight)
{
    std::vector<double> values;
    for (const TaskAnswer& answer : answers) {
        values.push_back(answer.*isRight ? 1.0 : 0.0);
    }
    const MeanAndError mean = meanAndError(values);
    return {mean.mean, mean.standardError};
}

void addGoldFigures(TaskResult& result, const TaskForm& form,
                    const std::vector<TaskQuestion>& questions)
{
    std::vector<double> losses;
    std::vector<double> bytes;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        const auto gold = static_cast<std::size_t>(questions[i].gold);
        losses.push_back(-result.answers[i].logLikelihoods[gold]);
        bytes.push_back(result.answers[i].goldBytes);
    }
    if (form.kind == TaskKind::LastWord) {
        const MeanAndError mean = meanAndError(losses);
        const double perplexity = std::exp(mean.mean);
        result.metrics.push_back(
            {"perplexity", {perplexity, perplexity * mean.standardError}, false});
    }
    const Estimate perByte = ratioOfSums(losses, bytes);
    result.metrics.push_back(
        {"bits_per_byte",
         {perByte.value / std::numbers::ln2, perByte.standardError / std::numbers::ln2},
         false});
}

void addGroups(TaskResult& result, const std::vector<TaskQuestion>& questions)
{
    std::map<std::string, std::vector<double>> byGroup;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        if (!questions[i].group.empty()) {
            byGroup[questions[i].group].push_back(result.answers[i].isRight ? 1.0 : 0.0);
        }
    }
    for (const auto& [name, values] : byGroup) {
        const MeanAndError mean = meanAndError(values);
        result.groups[name] = {mean.mean, mean.standardError};
        result.groupSizes[name] = static_cast<std::int64_t>(values.size());
    }
}

SequenceGroup sequencesOf(const TaskQuestion& question, const PromptTokens& prompts,
                          std::int64_t most)
{
    SequenceGroup group;
    for (const TaskRequest& request : question.requests) {
        EncodedPair pair = prompts.encodePair(request.context, request.continuation, most);
        group.members.push_back(
            {.tokens = std::move(pair.tokens), .firstScored = pair.firstScored});
    }
    return group;
}

} // namespace

TaskResult summarise(const TaskForm& form, const std::vector<TaskQuestion>& questions,
                     std::vector<TaskAnswer> answers)
{
    TaskResult result{.task = std::string(form.name), .answers = std::move(answers)};
    for (std::size_t i = 0; i < questions.size(); ++i) {
        judge(result.answers[i], form, questions[i]);
    }
    result.metrics.push_back({"acc", shareOf(result.answers, &TaskAnswer::isRight)});
    if (form.normalises) {
        result.metrics.push_back(
            {"acc_norm", shareOf(result.answers, &TaskAnswer::isRightByLength)});
        result.metrics.push_back(
            {"acc_bytes", shareOf(result.answers, &TaskAnswer::isRightByBytes)});
    }
    addGoldFigures(result, form, questions);
    addGroups(result, questions);
    return result;
}

TaskResult scoreTask(CausalLM& model, const PromptTokens& prompts, const TaskForm& form,
                     const TaskData& data, std::int64_t batch, const StepFunction& step)
{
    std::vector<SequenceGroup> groups;
    for (const TaskQuestion& question : data.questions) {
        groups.push_back(sequencesOf(question, prompts, model.config().maxPositions));
    }
    const SequenceScores scores = scoreSequences(model, groups, batch, step);
    std::vector<TaskAnswer> answers;
    for (const std::vector<SequenceScore>& question : scores.groups) {
        TaskAnswer answer;
        for (const SequenceScore& request : question) {
            answer.logLikelihoods.push_back(request.logLikelihood());
            answer.isGreedy.push_back(request.isGreedy);
        }
        answers.push_back(std::move(answer));
    }
    TaskResult result = summarise(form, data.questions, std::move(answers));
    result.tokens = scores.tokens;
    result.computed = scores.computed;
    result.padding = scores.padding;
    return result;
}

Json toJson(const TaskResult& result)
{
    Json json{{"task", result.task}, {"n", result.answers.size()}};
    for (const TaskMetric& metric : result.metrics) {
        json[metric.name] = numberToJson(metric.estimate.value);
        json[metric.name + "_stderr"] = numberToJson(metric.estimate.standardError);
    }
    for (const auto& [name, estimate] : result.groups) {
        json["groups"][name] = {{"acc", numberToJson(estimate.value)},
                                {"acc_stderr", numberToJson(estimate.standardError)},
                                {"n", result.groupSizes.at(name)}};
    }
    json["positions"] = {
        {"asked", result.tokens}, {"computed", result.computed}, {"padding", result.padding}};
    return json;
}

} // namespace espalier
