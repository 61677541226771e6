// SPDX-License-Identifier: GPL-3.0-or-later

// A method on a model exactly as a run does it, journal and all, in a folder that goes away.

#include "app/bench/Bench.h"
#include "app/runner/Output.h"
#include "app/runner/Session.h"
#include "app/runner/Signals.h"
#include "app/runner/SpecOptions.h"
#include "core/jobs/RunWorker.h"
#include "core/run/Journal.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

namespace espalier::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kDefaultSamples = 32;

/// Where runs of the benchmark go.
class ScratchFolder {
public:
    explicit ScratchFolder(const Path& parent)
    {
        makeFolder(parent);
        std::string pattern = (parent / "espalier-bench-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw Error(ErrorCode::Io, "Cannot make a folder in " + parent.string() +
                                           ". Name one that can be written with --scratch.");
        }
        m_path = pattern;
    }

    ~ScratchFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }

    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    const Path& path() const { return m_path; }

private:
    Path m_path;
};

/// Bytes this process has read and written through the kernel, cache included (proc(5), io).
std::map<std::string, std::int64_t> bytesMoved()
{
    std::map<std::string, std::int64_t> values;
    std::ifstream file("/proc/self/io");
    std::string key;
    std::int64_t value = 0;
    while (file >> key >> value) {
        values[key] = value;
    }
    return values;
}

/// Last value of every stage/ series, and what failed.
struct JournalFacts {
    std::map<std::string, Json> stages;
    std::string failure;
    std::int64_t calibrationTokens = 0;
};

JournalFacts factsOf(const Path& file)
{
    JournalFacts facts;
    constexpr std::string_view kPrefix = "stage/";
    JournalReader reader(file);
    while (const auto line = reader.next()) {
        const std::string kind = line->value("t", "");
        if (kind == "metric") {
            const std::string name = line->value("name", "");
            if (const auto slash = name.rfind('/'); name.starts_with(kPrefix)) {
                facts.stages[name.substr(kPrefix.size(), slash - kPrefix.size())]
                            [name.substr(slash + 1)] = line->value("value", Json());
            }
        } else if (kind == "status" && line->contains("failure")) {
            facts.failure = (*line)["failure"].value("message", "");
        } else if (kind == "provenance") {
            const Json data = (*line)["value"].value("data", Json::object());
            if (data.contains("calibration")) {
                facts.calibrationTokens = data["calibration"].value("windows", std::int64_t{0}) *
                                          data["calibration"].value("length", std::int64_t{0});
            }
        }
    }
    return facts;
}

Json measureOnce(const RunSpec& spec, const Method& method, const MethodCatalog& methods,
                 const Path& folder)
{
    makeFolder(folder);
    const Path journal = folder / "journal.jsonl";
    JournalWriter(journal).created(RunId{1}, RunId::None, false, spec, method.info().version);
    std::atomic<StopRequest> stop{StopRequest::None};
    const SignalWatch watch([&] { stop = StopRequest::Stop; }); // so that the scratch folder goes
    auto before = bytesMoved();
    const auto begin = Clock::now();
    const RunStatus status = executeRun(
        {.id = RunId{1}, .spec = spec, .folder = folder, .builtinData = builtinDataFolder()},
        methods, stop);
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    auto after = bytesMoved();
    const JournalFacts facts = factsOf(journal);
    if (status == RunStatus::Cancelled) {
        throw Cancelled{};
    }
    if (status != RunStatus::Succeeded) {
        throw Error(ErrorCode::InvalidInput,
                    facts.failure.empty() ? "The run did not succeed." : facts.failure);
    }
    double inStages = 0;
    Json stages = Json::object();
    for (const auto& [name, values] : facts.stages) {
        stages[name] = values;
        inStages += values.value("seconds", 0.0);
    }
    stages["other"] = {{"seconds", std::max(0.0, seconds - inStages)}};
    return {{"seconds", seconds},
            {"stages", stages},
            {"calibration_tokens", facts.calibrationTokens},
            {"bytes_read", after["rchar:"] - before["rchar:"]},
            {"bytes_written", after["wchar:"] - before["wchar:"]}};
}

std::vector<OptionSpec> ownOptions()
{
    return {
        {"model", "DIR", "folder of the model"},
        {"method", "ID", "method to run (default prune-wanda)"},
        {"sparsity", "X", "the method's parameter of that name (default 0.5)"},
        {"calibration", "SOURCE", "calibration text (default builtin:tinystories)"},
        {"length", "N", "tokens per window (default: the model's context)"},
        {"samples", "N", "calibration windows (default 32)"},
        {"batch", "N", "windows per forward pass (default 4)"},
        {"dtype", "fp32|bf16|fp16", "weights and compute (default fp32)"},
        {"export", "", "write the model too, with its certificate"},
        {"scratch", "DIR", "where the runs' files go meanwhile (default: the temporary folder)"}};
}

/// Known before the options are: the method's parameters are among them.
std::string methodIn(const Words& words)
{
    const auto option = std::ranges::find(words, "--method");
    const auto equals = std::ranges::find_if(
        words, [](const std::string& word) { return word.starts_with("--method="); });
    if (equals != words.end()) {
        return equals->substr(equals->find('=') + 1);
    }
    return option == words.end() || option + 1 == words.end() ? "prune-wanda" : option[1];
}

RunSpec specOf(const Arguments& arguments, const Method& method)
{
    RunSpec spec{.method = method.info().id,
                 .model = std::filesystem::absolute(arguments.required("model")).string(),
                 .calibration =
                     DataSpec{.source = arguments.valueOr("calibration", "builtin:tinystories"),
                              .length = arguments.number("length", 0, 2),
                              .windows = arguments.number("samples", kDefaultSamples, 1)},
                 .threads = threadsOf(arguments),
                 .batch = arguments.number("batch", 4, 1),
                 .dtype = dtypeOf(arguments)};
    for (const ParamSpec& param : method.params()) {
        if (const auto text = arguments.value(param.key)) {
            spec.params[param.key] = parseParam(*text, param);
        }
    }
    if (arguments.has("export")) {
        spec.exports.emplace_back();
    }
    return spec;
}

void print(const Json& result)
{
    printConditions(result);
    const Json& run = result["fastest"];
    std::vector<std::vector<std::string>> rows{{"Stage", "Seconds", "Peak MiB"}};
    for (const char* stage : {"load", "calibrate", "compress", "evaluate", "export", "other"}) {
        if (run["stages"].contains(stage)) {
            const Json& values = run["stages"][stage];
            rows.push_back({stage, fixed(values.value("seconds", Json()), 2),
                            mebibytes(values.value("peak_rss_bytes", Json()))});
        }
    }
    rows.push_back({"whole run", fixed(run["seconds"], 2), mebibytes(result["peak_rss_bytes"])});
    printTable(rows);
    std::printf(
        "\n%s calibration tokens/s; read %s MiB, written %s MiB; %zu repeats, slowest %s s\n",
        fixed(result["tokens_per_second"], 0).c_str(), mebibytes(run["bytes_read"]).c_str(),
        mebibytes(run["bytes_written"]).c_str(), result["runs"].size(),
        fixed(result["slowest_seconds"], 2).c_str());
}

/// The fastest of the runs, and the largest memory of any.
void summarise(Json& result)
{
    const auto seconds = [](const Json& run) { return run["seconds"].get<double>(); };
    const auto [fastest, slowest] = std::ranges::minmax_element(result["runs"], {}, seconds);
    double peak = 0;
    for (const Json& run : result["runs"]) {
        for (const Json& stage : run["stages"]) {
            peak = std::max(peak, stage.value("peak_rss_bytes", 0.0));
        }
    }
    const Json best = *fastest;
    result["slowest_seconds"] = seconds(*slowest);
    result["tokens_per_second"] = best["calibration_tokens"].get<double>() / seconds(best);
    result["peak_rss_bytes"] = peak;
    result["fastest"] = best;
}

} // namespace

int layerwiseBench(const Words& words)
{
    const MethodCatalog methods(methodFolders());
    const Method& method = methods.require(methodIn(words));
    std::vector<OptionSpec> options = benchOptions(ownOptions());
    for (OptionSpec& option : paramOptions(method.params())) {
        options.push_back(std::move(option));
    }
    const Arguments arguments = Arguments::parse(words, options);
    if (arguments.has("help")) {
        std::printf("espalier-bench layerwise --model DIR [options]\n\n%s",
                    helpLines(options).c_str());
        return Done;
    }
    const RunSpec spec = specOf(arguments, method);
    if (const auto issues = issuesOf(spec, methods); !issues.empty()) {
        throw Error(ErrorCode::InvalidInput, issues.front().message);
    }
    const ScratchFolder scratch(
        arguments.valueOr("scratch", std::filesystem::temp_directory_path().string()));
    const BenchmarkStep progress = progressOf("Run");
    Json result = benchmarkConditions(spec.threads);
    const std::int64_t repeats = arguments.number("repeats", 1, 1);
    for (std::int64_t i = 0; i < repeats; ++i) {
        progress(i, repeats);
        result["runs"].push_back(
            measureOnce(spec, method, methods, scratch.path() / std::to_string(i)));
    }
    result["benchmark"] = "layerwise";
    result["spec"] = toJson(spec);
    summarise(result);
    if (arguments.has("json")) {
        printJson(result);
    } else {
        print(result);
    }
    return Done;
}

} // namespace espalier::cli
