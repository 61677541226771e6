// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Help.h"
#include "app/runner/Session.h"
#include "app/runner/Signals.h"
#include "app/runner/Verb.h"
#include "core/eval/EvaluateFolder.h"
#include "core/run/SpecLimits.h"

#include <chrono>
#include <cstdio>

namespace espalier::cli {

namespace {

void printResult(const Json& result)
{
    std::vector<std::vector<std::string>> rows{{"Figure", "Value"}};
    for (const auto& [key, value] : result.items()) {
        if (value.is_object()) {
            for (const auto& [inner, text] : value.items()) {
                rows.push_back(
                    {key + "." + inner, text.is_string() ? text.get<std::string>() : text.dump()});
            }
        } else {
            rows.push_back({key, value.is_string() ? value.get<std::string>() : value.dump()});
        }
    }
    printTable(rows);
}

} // namespace

std::vector<OptionSpec> evaluateOptions()
{
    return {
        {"model", "DIR", "folder of the model"},
        {"reference", "DIR", "folder of the model it is compared with (divergence)"},
        {"data", "SOURCE", "builtin:tinystories, text:FILE, jsonl:FILE#field or tokens:FILE.i32"},
        {"length", "N", "tokens per window", false, "the model's context, at most 2048"},
        {"windows", "N", "the first N windows", false, "all"},
        {"threads", "N", "threads", false, "all cores"},
        {"batch", "N", "windows per forward pass", false, "4"},
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
    const EvaluateRequest request{
        .model = arguments.required("model"),
        .reference = arguments.valueOr("reference", ""),
        .evaluation = {.kind = arguments.positional(
                           0, "evaluation (perplexity, divergence, speed or footprint)"),
                       .data = {.source = arguments.valueOr("data", ""),
                                .length = arguments.number("length", 0, 2),
                                .windows = arguments.number("windows", 0)}},
        .threads = arguments.number("threads", 0, 1, kMostThreads),
        .batch = arguments.number("batch", 4, 1),
        .dtype = *dtype,
        .builtinData = builtinDataFolder()};
    const std::string& kind = request.evaluation.kind;
    const bool takesNoData = kind == "speed" || kind == "footprint";
    if (kind != "divergence" && arguments.has("reference")) {
        throw UsageError("The evaluation " + kind +
                         " has no reference; divergence has. Leave --reference out.");
    }
    if (takesNoData && arguments.has("data")) {
        throw UsageError("The evaluation " + kind + " takes no data. Leave --data out.");
    }
    const bool isKnown = takesNoData || kind == "perplexity" || kind == "divergence";
    if (!isKnown) {
        throw UsageError("There is no evaluation called \"" + kind +
                         "\". Known are perplexity, divergence, speed and footprint.");
    }
    if (!takesNoData) {
        arguments.required("data");
    }
    if (kind == "divergence") {
        arguments.required("reference");
    }
    ProgressLine line;
    const auto start = std::chrono::steady_clock::now();
    const SignalWatch watch([] {});
    const Json result = evaluateFolder(request, [&](std::int64_t done, std::int64_t total) {
        if (watch.arrived()) {
            throw Cancelled{};
        }
        const double elapsed =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        const double left =
            done > 0 ? elapsed / static_cast<double>(done) * static_cast<double>(total - done) : -1;
        line.show("Evaluating " + request.evaluation.kind, done, total, left);
    });
    line.clear();
    if (arguments.has("json")) {
        printJson(result);
    } else {
        printResult(result);
    }
    return Done;
}

} // namespace espalier::cli
