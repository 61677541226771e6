// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/EvaluateTask.h"

#include "core/base/Error.h"
#include "core/base/Sha256.h"
#include "core/data/CompressedFile.h"
#include "core/data/DataSource.h"
#include "core/eval/FolderEvaluation.h"
#include "core/eval/HarnessJson.h"
#include "core/eval/ProtocolPasses.h"
#include "core/eval/TaskScores.h"
#include "core/eval/WikiTextPages.h"
#include "core/tokenizer/Utf8.h"

#include <algorithm>

namespace espalier {

namespace {

constexpr const char* kWikiText = "wikitext";
constexpr const char* kWikiTextVersion = "2.0";
constexpr std::int64_t kTaskBatch = 32;
constexpr std::int64_t kWindowBatch = 4;

HarnessRun harnessRun(const TaskEvaluation& request, const Json& result, std::int64_t maxLength)
{
    return {.model = request.model.string(),
            .dtype = std::string(nameOf(request.compute.dtype)),
            .batch = result.at("batch").get<std::int64_t>(),
            .limit = request.limit,
            .maxLength = maxLength,
            .shotSeed = request.shotSeed,
            .startedAt = result.at("started_at").get<double>(),
            .endedAt = result.at("ended_at").get<double>()};
}

Json textsOf(const std::vector<Path>& files)
{
    Json list = Json::array();
    for (const Path& file : files) {
        list.push_back(file.string());
    }
    return list;
}

Json dataOf(const Path& file, const std::string& sha256)
{
    return {{"file", file.string()}, {"sha256", sha256}};
}

/// The rolling figures as the harness names them.
std::vector<TaskMetric> rollingMetrics(const ProtocolResult& result)
{
    return {{"word_perplexity", *result.wordPerplexity, false},
            {"byte_perplexity", *result.bytePerplexity, false},
            {"bits_per_byte", *result.bitsPerByte, false}};
}

struct WikiText {
    std::vector<RollingDocument> documents = {};
    std::int64_t available = 0;
    std::string sha256 = {};
};

/// Pages scored as they read, words and bytes counted as they stood.
WikiText wikiTextOf(const TaskEvaluation& request, const PromptTokens& prompts)
{
    requireReadable(request.data);
    const std::string text = readUnpacked(request.data);
    if (const auto position = firstInvalidByte(text)) {
        throw Error(ErrorCode::InvalidInput, request.data.string() + " is not UTF-8: byte " +
                                                 std::to_string(*position) +
                                                 " belongs to no character.");
    }
    std::vector<std::string> pages = wikiTextPages(text);
    WikiText result{.available = static_cast<std::int64_t>(pages.size()),
                    .sha256 = sha256OfFile(request.data)};
    if (request.limit > 0 && request.limit < result.available) {
        pages.resize(static_cast<std::size_t>(request.limit));
    }
    for (const std::string& page : pages) {
        result.documents.push_back({.tokens = prompts.encode(wikiTextDetokenized(page)),
                                    .words = rollingWords(page),
                                    .bytes = static_cast<std::int64_t>(page.size())});
    }
    return result;
}

Json evaluateWikiText(const TaskEvaluation& request, const ProgressFunction& progress)
{
    if (request.shots > 0) {
        throw Error(ErrorCode::InvalidInput,
                    "The task wikitext has no examples; leave few-shot out.");
    }
    HarnessTask task{
        .name = kWikiText, .version = kWikiTextVersion, .outputType = "loglikelihood_rolling"};
    std::int64_t length = 0;
    FolderEvaluation folder(request.model, request.compute, kWindowBatch);
    Json result = folder.measure([&](CausalLM& model) {
        const PromptTokens prompts(request.model);
        const WikiText text = wikiTextOf(request, prompts);
        length = windowLength(request.length, model.config());
        const ProtocolResult measured = rollingPerplexity(
            model, text.documents,
            {.length = length, .prefixToken = prompts.prefix(), .batch = folder.batch()}, progress);
        task.metrics = rollingMetrics(measured);
        task.available = text.available;
        task.asked = static_cast<std::int64_t>(measured.itemLosses.size());
        task.data = dataOf(request.data, text.sha256);
        return toJson(measured);
    });
    result["task"] = kWikiText;
    result["version"] = task.version;
    result["data"] = task.data;
    if (!request.output.empty()) {
        result["written"] =
            textsOf(writeHarnessFiles(request.output, task, harnessRun(request, result, length)));
    }
    return result;
}

} // namespace

std::vector<std::string> taskNames()
{
    std::vector<std::string> names;
    for (const TaskForm& form : taskForms()) {
        names.emplace_back(form.name);
    }
    names.emplace_back(kWikiText);
    return names;
}

Json evaluateTask(const TaskEvaluation& request, const ProgressFunction& progress)
{
    if (request.task == kWikiText) {
        return evaluateWikiText(request, progress);
    }
    const TaskForm& form = taskForm(request.task);
    const TaskData data = loadTask(form, request.data,
                                   {.limit = request.limit,
                                    .shots = request.shots,
                                    .shotFile = request.shotFile,
                                    .shotSeed = request.shotSeed});
    TaskResult answers;
    std::int64_t maxLength = 0;
    FolderEvaluation folder(request.model, request.compute, kTaskBatch);
    Json result = folder.measure([&](CausalLM& model) {
        maxLength = model.config().maxPositions;
        answers =
            scoreTask(model, PromptTokens(request.model), form, data, folder.batch(), progress);
        return toJson(answers);
    });
    result["protocol"] = "lm-eval " + request.task + " " + std::string(form.version) + ", " +
                         std::to_string(request.shots) + "-shot";
    result["version"] = form.version;
    result["shots"] = request.shots;
    result["shot_seed"] = request.shotSeed;
    result["available"] = data.available;
    result["data"] = dataOf(request.data, data.sha256);
    if (!request.output.empty()) {
        const HarnessTask task{.name = request.task,
                               .version = std::string(form.version),
                               .outputType = form.kind == TaskKind::LastWord ? "loglikelihood"
                                                                             : "multiple_choice",
                               .metrics = answers.metrics,
                               .shots = request.shots,
                               .available = data.available,
                               .asked = static_cast<std::int64_t>(data.questions.size()),
                               .samples = harnessSamples(form, data, answers),
                               .data = result["data"]};
        result["written"] = textsOf(
            writeHarnessFiles(request.output, task, harnessRun(request, result, maxLength)));
    }
    return result;
}

} // namespace espalier
