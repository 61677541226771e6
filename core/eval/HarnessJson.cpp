// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/HarnessJson.h"

#include "core/base/FolderPath.h"
#include "core/base/Sha256.h"
#include "core/run/BuildRevision.h"

#include <cmath>
#include <cstdio>
#include <ctime>

namespace espalier {

namespace {

constexpr const char* kFilter = ",none"; // the harness's name for unfiltered answers

Json numberOrWords(double value)
{
    return std::isfinite(value) ? Json(value) : Json("N/A");
}

/// Numbers in samples are texts, as the harness writes them.
std::string shortest(double value)
{
    return Json(value).dump();
}

/// "2026-11-25T14-05-35.000123": no colon, so that it may stand in a file's name.
std::string stampOf(double seconds)
{
    const auto whole = static_cast<std::time_t>(seconds);
    std::tm parts{};
    gmtime_r(&whole, &parts);
    char text[40];
    const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H-%M-%S", &parts);
    const double fraction = seconds - std::floor(seconds);
    std::snprintf(text + length, sizeof text - length, ".%06d", static_cast<int>(fraction * 1e6));
    return text;
}

std::string sanitised(const std::string& model)
{
    std::string name = folderName(Path(model));
    for (char& letter : name) {
        const bool isPlain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                             (letter >= '0' && letter <= '9') || letter == '.' || letter == '-' ||
                             letter == '_';
        letter = isPlain ? letter : '_';
    }
    return name.empty() ? "model" : name;
}

Json sampleOf(const TaskForm& form, const TaskQuestion& question, const TaskAnswer& answer,
              std::size_t number)
{
    Json sample{{"doc_id", number},
                {"doc", question.doc},
                {"target", question.target},
                {"filter", "none"},
                {"doc_hash", sha256Of(question.doc.dump(2))},
                {"prompt_hash", sha256Of(question.requests.front().context)},
                {"target_hash", sha256Of(question.target)},
                {"resps", Json::array()},
                {"filtered_resps", Json::array()},
                {"arguments", Json::object()}};
    for (std::size_t i = 0; i < question.requests.size(); ++i) {
        const Json response = Json::array(
            {shortest(answer.logLikelihoods[i]), answer.isGreedy[i] ? "True" : "False"});
        sample["resps"].push_back(Json::array({response}));
        sample["filtered_resps"].push_back(response);
        sample["arguments"]["gen_args_" + std::to_string(i)] = {
            {"arg_0", question.requests[i].context}, {"arg_1", question.requests[i].continuation}};
    }
    sample["metrics"] = Json::array({"acc"});
    sample["acc"] = answer.isRight ? 1.0 : 0.0;
    if (form.normalises) {
        sample["metrics"].push_back("acc_norm");
        sample["metrics"].push_back("acc_bytes");
        sample["acc_norm"] = answer.isRightByLength ? 1.0 : 0.0;
        sample["acc_bytes"] = answer.isRightByBytes ? 1.0 : 0.0;
    }
    if (form.kind == TaskKind::LastWord) {
        sample["metrics"].push_back("perplexity");
        sample["perplexity"] = answer.logLikelihoods.front(); // as the harness: the log-likelihood
    }
    return sample;
}

} // namespace

std::vector<Json> harnessSamples(const TaskForm& form, const TaskData& data,
                                 const TaskResult& result)
{
    std::vector<Json> samples;
    for (std::size_t i = 0; i < data.questions.size(); ++i) {
        samples.push_back(sampleOf(form, data.questions[i], result.answers[i], i));
    }
    return samples;
}

Json harnessResults(const HarnessTask& task, const HarnessRun& run)
{
    Json figures{{"alias", task.name}, {"name", task.name}, {"sample_len", task.asked}};
    Json higher = Json::object();
    for (const TaskMetric& metric : task.metrics) {
        figures[metric.name + kFilter] = numberOrWords(metric.estimate.value);
        figures[metric.name + "_stderr" + kFilter] = numberOrWords(metric.estimate.standardError);
        higher[metric.name] = metric.higherIsBetter;
    }
    std::string hashes;
    for (const Json& sample : task.samples) {
        for (const char* key : {"doc_hash", "prompt_hash", "target_hash"}) {
            hashes += sample.value(key, std::string());
        }
    }
    const double version = std::strtod(task.version.c_str(), nullptr);
    Json config{{"task", task.name},
                {"output_type", task.outputType},
                {"num_fewshot", task.shots},
                {"metadata", {{"version", version}, {"espalier_data", task.data}}}};
    return {{"results", {{task.name, figures}}},
            {"group_subtasks", {{task.name, Json::array()}}},
            {"configs", {{task.name, config}}},
            {"versions", {{task.name, version}}},
            {"n-shot", {{task.name, task.shots}}},
            {"higher_is_better", {{task.name, higher}}},
            {"n-samples", {{task.name, {{"original", task.available}, {"effective", task.asked}}}}},
            {"config",
             {{"model", "espalier"},
              {"model_args", {{"pretrained", run.model}, {"dtype", run.dtype}}},
              {"model_dtype", run.dtype},
              {"batch_size", run.batch},
              {"batch_sizes", Json::array()},
              {"device", "cpu"},
              {"limit", run.limit > 0 ? Json(run.limit) : Json()},
              {"bootstrap_iters", 0},
              {"gen_kwargs", Json()},
              {"fewshot_seed", run.shotSeed}}},
            {"git_hash", buildRevision()},
            {"date", run.startedAt},
            {"max_length", run.maxLength},
            {"task_hashes", {{task.name, sha256Of(hashes)}}},
            {"model_source", "espalier"},
            {"model_name", run.model},
            {"model_name_sanitized", sanitised(run.model)},
            {"start_time", run.startedAt},
            {"end_time", run.endedAt},
            {"total_evaluation_time_seconds", shortest(run.endedAt - run.startedAt)}};
}

std::vector<Path> writeHarnessFiles(const Path& folder, const HarnessTask& task,
                                    const HarnessRun& run)
{
    const Path place = folder / sanitised(run.model);
    makeFolder(place);
    const std::string stamp = stampOf(run.endedAt);
    std::vector<Path> written{place / ("results_" + stamp + ".json")};
    writeFileAtomically(
        written.front(),
        harnessResults(task, run).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    if (!task.samples.empty()) {
        std::string lines;
        for (const Json& sample : task.samples) {
            lines += compactText(sample) + "\n";
        }
        written.push_back(place / ("samples_" + task.name + "_" + stamp + ".jsonl"));
        writeFileAtomically(written.back(), lines);
    }
    return written;
}

} // namespace espalier
