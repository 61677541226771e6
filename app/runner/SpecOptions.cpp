// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/SpecOptions.h"

#include "core/base/FolderPath.h"
#include "core/run/SpecLimits.h"

#include <thread>

namespace espalier::cli {

namespace {

constexpr std::int64_t kDefaultSamples = 128; // calibration windows, as the papers use

/// A path that means the same from every folder.
std::string absolute(const std::string& path)
{
    return path.empty() || path.starts_with("run:") ? path : absoluteFolder(path).string();
}

std::string absoluteSource(const std::string& source)
{
    const auto colon = source.find(':');
    if (colon == std::string::npos || source.starts_with("builtin:")) {
        return source;
    }
    return source.substr(0, colon + 1) + absolute(source.substr(colon + 1));
}

EvaluationSpec evaluationFrom(const std::string& text, std::int64_t length, std::int64_t windows)
{
    const auto colon = text.find(':');
    EvaluationSpec evaluation{.kind = text.substr(0, colon)};
    if (colon != std::string::npos) {
        evaluation.data = {
            .source = absoluteSource(text.substr(colon + 1)), .length = length, .windows = windows};
    }
    return evaluation;
}

ExportSpec exportFrom(const std::string& text)
{
    const auto colon = text.find(':');
    return {.format = text.substr(0, colon),
            .folder = colon == std::string::npos ? "" : absolute(text.substr(colon + 1))};
}

std::string valueName(const ParamSpec& spec)
{
    if (std::holds_alternative<Flag>(spec.domain)) {
        return {};
    }
    if (const auto* choice = std::get_if<Choice>(&spec.domain)) {
        std::string text;
        for (const std::string& option : choice->options) {
            text += (text.empty() ? "" : "|") + option;
        }
        return text;
    }
    return std::holds_alternative<IntRange>(spec.domain)    ? "N"
           : std::holds_alternative<RealRange>(spec.domain) ? "X"
           : std::holds_alternative<ListOf>(spec.domain)    ? "A,B,..."
                                                            : "TEXT";
}

} // namespace

std::vector<OptionSpec> specOptions()
{
    return {
        {"model", "DIR", "folder of the model, or run:ID for the model a run exported"},
        {"teacher", "DIR", "folder of the teacher, for methods that need one"},
        {"calibration", "SOURCE",
         "builtin:tinystories, text:FILE, jsonl:FILE#field or tokens:FILE.i32"},
        {"length", "N", "tokens per window, calibration and evaluation", false,
         "the model's context, at most 2048"},
        {"samples", "N", "calibration windows", false, "128"},
        {"windows", "N", "evaluation windows", false, "all"},
        {"evaluate", "KIND[:SOURCE]", "perplexity:SOURCE, divergence:SOURCE, speed or footprint",
         true},
        {"export", "FORMAT[:DIR]",
         "write the model: safetensors, gguf-q8_0 and the like; without DIR into runs/<id>/export",
         true},
        {"seed", "N", "seed of everything random", false, "0"},
        {"threads", "N", "threads; part of the spec, because it changes bits", false, "all cores"},
        {"batch", "N", "sequences per forward pass; changes bits too", false, "4"},
        {"dtype", "fp32|bf16|fp16", "weights and compute", false, "fp32"},
        {"device", "cpu|cuda:N", "where to compute; cuda has not been tried on a GPU yet", false,
         "cpu"},
        {"title", "TEXT", "name of the run"},
        {"experiment", "TEXT", "experiment it belongs to"},
        {"priority", "N", "higher runs first"},
        {"after", "RUN", "wait until this run has succeeded", true},
    };
}

std::vector<OptionSpec> paramOptions(const ParamSchema& schema)
{
    std::vector<OptionSpec> options;
    for (const ParamSpec& spec : schema) {
        const std::string fallback = toText(spec.fallback);
        options.push_back({spec.key, valueName(spec), spec.help, false, fallback});
    }
    return options;
}

RunSpec specFrom(const Arguments& arguments, const std::string& methodId, const Method* method)
{
    RunSpec spec{.title = arguments.valueOr("title", ""),
                 .experiment = arguments.valueOr("experiment", ""),
                 .method = methodId,
                 .model = absolute(arguments.valueOr("model", "")),
                 .teacher = absolute(arguments.valueOr("teacher", ""))};
    if (method != nullptr) {
        for (const ParamSpec& param : method->params()) {
            if (const auto text = arguments.value(param.key)) {
                spec.params[param.key] = parseParam(*text, param);
            }
        }
        const auto blocks = spec.params.find("blocks"); // of a copy of the teacher
        if (spec.model.empty() && blocks != spec.params.end()) {
            spec.model = spec.teacher;
        }
        if (spec.title.empty()) {
            spec.title = method->info().title;
        }
    }
    const std::int64_t length = arguments.number("length", 0, 2);
    if (const auto source = arguments.value("calibration")) {
        spec.calibration = DataSpec{.source = absoluteSource(*source),
                                    .length = length,
                                    .windows = arguments.number("samples", kDefaultSamples, 1)};
    }
    for (const std::string& text : arguments.values("evaluate")) {
        spec.evaluations.push_back(evaluationFrom(text, length, arguments.number("windows", 0)));
    }
    for (const std::string& text : arguments.values("export")) {
        spec.exports.push_back(exportFrom(text));
    }
    spec.seed = static_cast<std::uint64_t>(arguments.number("seed", 0));
    const auto cores = static_cast<std::int64_t>(std::max(1U, std::thread::hardware_concurrency()));
    spec.threads = arguments.number("threads", cores, 1, kMostThreads);
    spec.batch = arguments.number("batch", spec.batch, 1);
    spec.device = arguments.valueOr("device", "cpu");
    spec.priority = arguments.number("priority", 0, INT64_MIN);
    for (const std::string& text : arguments.values("after")) {
        const auto id = runIdFromText(text);
        if (!id) {
            throw UsageError("--after is \"" + text + "\"; it must be the number of a run.");
        }
        spec.after.push_back(*id);
    }
    const std::string dtype = arguments.valueOr("dtype", "fp32");
    const auto type = numberTypeFromName(dtype);
    if (!type) {
        throw UsageError("--dtype is \"" + dtype + "\"; it must be fp32, bf16 or fp16.");
    }
    spec.dtype = *type;
    return spec;
}

} // namespace espalier::cli
