// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/EvaluateOutput.h"
#include "app/runner/Help.h"
#include "app/runner/Session.h"
#include "app/runner/Signals.h"
#include "app/runner/Verb.h"
#include "core/eval/EvaluateFolder.h"
#include "core/eval/EvaluateTask.h"
#include "core/run/SpecLimits.h"

#include <algorithm>
#include <chrono>

namespace espalier::cli {

namespace {

constexpr const char* kPerplexity = "perplexity";
constexpr const char* kDivergence = "divergence";
constexpr const char* kTask = "task";
constexpr const char* kKinds = "perplexity, divergence, task, speed and footprint";

/// The kind that stands behind the verb, or the one that its options imply.
std::string kindOf(const Arguments& arguments)
{
    if (!arguments.positionals().empty()) {
        return arguments.positionals().front();
    }
    if (arguments.has("task")) {
        return kTask;
    }
    if (arguments.has("kld-base")) {
        return kDivergence;
    }
    if (arguments.has("protocol") || arguments.has("write-kld")) {
        return kPerplexity;
    }
    return arguments.positional(0, std::string("evaluation (") + kKinds + ")");
}

/// Throws for an option given to a kind of evaluation that does not have it.
void requireKind(const Arguments& arguments, const std::string& kind, const char* option,
                 const std::vector<std::string>& kinds)
{
    if (arguments.has(option) && std::ranges::find(kinds, kind) == kinds.end()) {
        throw UsageError("The evaluation " + kind + " has no --" + option + "; " + kinds.front() +
                         " has. Leave --" + option + " out.");
    }
}

void checkOptions(const Arguments& arguments, const std::string& kind)
{
    const bool takesNoData = kind == "speed" || kind == "footprint";
    const bool isKnown = takesNoData || kind == kPerplexity || kind == kDivergence || kind == kTask;
    if (!isKnown) {
        throw UsageError("There is no evaluation called \"" + kind + "\". Known are " + kKinds +
                         ".");
    }
    arguments.required("model");
    if (kind != kDivergence && arguments.has("reference")) {
        throw UsageError("The evaluation " + kind +
                         " has no reference; divergence has. Leave --reference out.");
    }
    if (takesNoData && arguments.has("data")) {
        throw UsageError("The evaluation " + kind + " takes no data. Leave --data out.");
    }
    requireKind(arguments, kind, "protocol", {kPerplexity});
    requireKind(arguments, kind, "write-kld", {kPerplexity});
    requireKind(arguments, kind, "kld-base", {kDivergence});
    requireKind(arguments, kind, "output", {kTask, kPerplexity});
    for (const char* option : {"task", "few-shot", "few-shot-data", "few-shot-seed", "limit"}) {
        requireKind(arguments, kind, option, {kTask});
    }
    if (kind == kDivergence && arguments.has("kld-base")) {
        for (const char* option : {"reference", "data", "length", "windows"}) {
            if (arguments.has(option)) {
                throw UsageError(std::string("--kld-base brings its own base and text. Leave --") +
                                 option + " out.");
            }
        }
        return;
    }
    if (!takesNoData) {
        arguments.required("data");
    }
    if (kind == kDivergence) {
        arguments.required("reference");
    }
}

ComputeOptions computeOf(const Arguments& arguments, NumberType dtype)
{
    return {.threads = arguments.number("threads", 0, 1, kMostThreads),
            .batch = arguments.has("batch") ? arguments.number("batch", 0, 1) : 0,
            .dtype = dtype};
}

/// A task reads a file; "jsonl:FILE" and "text:FILE" name one as well.
std::string taskFile(const Arguments& arguments)
{
    const std::string data = arguments.required("data");
    for (const std::string_view prefix : {"jsonl:", "text:"}) {
        if (data.starts_with(prefix)) {
            return data.substr(prefix.size(), data.find('#') - prefix.size());
        }
    }
    return data;
}

std::string taskList()
{
    std::string list;
    for (const std::string& name : taskNames()) {
        list += (list.empty() ? "" : ", ") + name;
    }
    return list;
}

Json evaluateTaskBy(const Arguments& arguments, NumberType dtype, const ProgressFunction& progress)
{
    const std::string task = arguments.required("task");
    const std::vector<std::string> known = taskNames();
    if (std::ranges::find(known, task) == known.end()) {
        throw UsageError("There is no task called \"" + task + "\". Known are " + taskList() + ".");
    }
    return evaluateTask(
        {.model = arguments.required("model"),
         .task = task,
         .data = taskFile(arguments),
         .shots = arguments.number("few-shot", 0),
         .shotFile = arguments.valueOr("few-shot-data", ""),
         .shotSeed = static_cast<std::uint64_t>(arguments.number("few-shot-seed", 1234)),
         .limit = arguments.number("limit", 0),
         .length = arguments.number("length", 0, 2),
         .output = arguments.valueOr("output", ""),
         .compute = computeOf(arguments, dtype)},
        progress);
}

PerplexityProtocol protocolOf(const Arguments& arguments)
{
    const bool writesKld = arguments.has("write-kld");
    const std::string name = arguments.valueOr("protocol", writesKld ? "llama.cpp" : "scripts");
    try {
        return perplexityProtocolFromName(name);
    } catch (const Error& error) {
        throw UsageError(error.what());
    }
}

Json evaluateProtocolBy(const Arguments& arguments, NumberType dtype,
                        const ProgressFunction& progress)
{
    return evaluateProtocol({.model = arguments.required("model"),
                             .protocol = protocolOf(arguments),
                             .data = {.source = arguments.required("data"),
                                      .length = arguments.number("length", 0, 2),
                                      .windows = arguments.number("windows", 0)},
                             .writeKld = arguments.valueOr("write-kld", ""),
                             .output = arguments.valueOr("output", ""),
                             .compute = computeOf(arguments, dtype),
                             .builtinData = builtinDataFolder()},
                            progress);
}

Json evaluateBy(const Arguments& arguments, const std::string& kind, NumberType dtype,
                const ProgressFunction& progress)
{
    if (kind == kTask) {
        return evaluateTaskBy(arguments, dtype, progress);
    }
    if (arguments.has("kld-base")) {
        return evaluateKld({.model = arguments.required("model"),
                            .base = arguments.required("kld-base"),
                            .compute = computeOf(arguments, dtype)},
                           progress);
    }
    if (arguments.has("protocol") || arguments.has("write-kld") || arguments.has("output")) {
        return evaluateProtocolBy(arguments, dtype, progress);
    }
    return evaluateFolder({.model = arguments.required("model"),
                           .reference = arguments.valueOr("reference", ""),
                           .evaluation = {.kind = kind,
                                          .data = {.source = arguments.valueOr("data", ""),
                                                   .length = arguments.number("length", 0, 2),
                                                   .windows = arguments.number("windows", 0)}},
                           .threads = arguments.number("threads", 0, 1, kMostThreads),
                           .batch = arguments.number("batch", 4, 1),
                           .dtype = dtype,
                           .builtinData = builtinDataFolder()},
                          progress);
}

} // namespace

std::vector<OptionSpec> evaluateOptions()
{
    return {
        {"model", "DIR", "folder of the model"},
        {"reference", "DIR", "folder of the model it is compared with (divergence)"},
        {"data", "SOURCE", "builtin:tinystories, text:FILE, jsonl:FILE#field or tokens:FILE.i32"},
        {"length", "N", "tokens per window", false, "the model's context, at most 2048"},
        {"windows", "N", "the first N windows (chunks, documents, lines)", false, "all"},
        {"protocol", "NAME", "of perplexity: scripts, llama.cpp, lm-eval or per-sentence", false,
         "scripts"},
        {"task", "NAME", "multiple choice by log-likelihood (--data FILE): " + taskList()},
        {"few-shot", "N", "examples before each question of a task", false, "0"},
        {"few-shot-data", "FILE", "where examples come from", false, "other rows of --data"},
        {"few-shot-seed", "N", "what draws them, as in lm-evaluation-harness", false, "1234"},
        {"limit", "N", "the first N rows of a task", false, "all"},
        {"output", "DIR", "write results and samples as lm-evaluation-harness does"},
        {"write-kld", "FILE", "write llama.cpp's file of base logits (protocol llama.cpp)"},
        {"kld-base", "FILE", "divergence from such a file in place of --reference and --data"},
        {"threads", "N", "threads", false, "all cores"},
        {"batch", "N", "windows per forward pass", false, "4; tasks and lines 32"},
        {"dtype", "fp32|bf16|fp16", "weights and compute", false, "fp32"},
        {"json", "", "one JSON document on stdout"},
        {"help", "", "this text"},
    };
}

int evaluateVerb(const Words& words)
{
    const Arguments arguments = Arguments::parse(words, evaluateOptions());
    if (arguments.has("help")) {
        return showVerbHelp("evaluate", arguments.has("json"));
    }
    const auto dtype = numberTypeFromName(arguments.valueOr("dtype", "fp32"));
    if (!dtype) {
        throw UsageError("--dtype is \"" + *arguments.value("dtype") +
                         "\"; it must be fp32, bf16 or fp16.");
    }
    const std::string kind = kindOf(arguments);
    checkOptions(arguments, kind);
    ProgressLine line;
    const auto start = std::chrono::steady_clock::now();
    const SignalWatch watch([] {});
    const ProgressFunction progress = [&](std::int64_t done, std::int64_t total) {
        if (watch.arrived()) {
            throw Cancelled{};
        }
        const double elapsed =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        const double left =
            done > 0 ? elapsed / static_cast<double>(done) * static_cast<double>(total - done) : -1;
        line.show("Evaluating " + kind, done, total, left);
    };
    const Json result = evaluateBy(arguments, kind, *dtype, progress);
    line.clear();
    if (arguments.has("json")) {
        printJson(result);
    } else {
        printEvaluation(result);
    }
    return Done;
}

} // namespace espalier::cli
