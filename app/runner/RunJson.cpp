// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Session.h"
#include "core/run/RunModels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

namespace espalier::cli {

namespace {

double last(const MetricSeries& series)
{
    return series.points.empty() ? std::nan("") : series.points.back().value;
}

/// "sparsity/blocks.0.q" under "sparsity/" -> "blocks.0.q"
std::string behind(const std::string& name, std::string_view prefix)
{
    return name.substr(prefix.size());
}

/// Series hold real numbers; a count is printed as the whole number that it is.
Json figureJson(std::string_view name, double value)
{
    constexpr std::array<std::string_view, 12> kCounts{
        "tokens",       "windows",       "length",
        "parameters",   "zeros",         "linear_parameters",
        "linear_zeros", "prompt_tokens", "generated_tokens",
        "repeats",      "warm_ups",      "bytes"};
    const bool isCount =
        std::ranges::find(kCounts, name) != kCounts.end() || name.ends_with("_bytes");
    return isCount && std::isfinite(value) ? Json(std::llround(value)) : numberToJson(value);
}

/// What belongs to every figure measured on text, beside its length, windows, tokens and error.
void addText(Json& values, const std::string& dataset, const RunRecord& record)
{
    const Json data = record.provenance.value("data", Json::object());
    const Json text = data.value(dataset, Json::object());
    values["name"] = dataset;
    for (const char* key : {"source", "tokenised", "text_fingerprint", "fingerprint"}) {
        values[key] = text.value(key, Json());
    }
}

Json evaluationsJson(const StoreReader& reader, const RunRecord& record)
{
    std::map<std::string, Json> byDataset;
    for (const MetricSeries& series : reader.seriesUnder(record.id, "eval/")) {
        const std::string rest = behind(series.name, "eval/");
        const auto slash = rest.rfind('/');
        if (slash == std::string::npos) {
            continue;
        }
        const auto divergence = rest.find("/divergence/");
        Json& entry =
            byDataset[rest.substr(0, divergence != std::string::npos ? divergence : slash)];
        Json& values = divergence != std::string::npos ? entry["divergence"] : entry;
        const std::string name = rest.substr(slash + 1);
        values[name] = figureJson(name, last(series));
    }
    Json list = Json::array();
    for (auto& [dataset, values] : byDataset) {
        values["dataset"] = dataset;
        addText(values, dataset, record);
        if (values.contains("divergence")) {
            addText(values["divergence"], dataset, record);
        }
        list.push_back(std::move(values));
    }
    return list;
}

/// The dataset of the perplexity that was asked for first: it stands at the top level.
std::string firstPerplexityDataset(const RunRecord& record)
{
    const Json data = record.provenance.value("data", Json::object());
    for (const EvaluationSpec& evaluation : record.spec.evaluations) {
        for (const auto& [name, entry] : data.items()) {
            const bool lengthFits =
                evaluation.data.length == 0 ||
                entry.value("length", std::int64_t{0}) == evaluation.data.length;
            if (evaluation.kind == "perplexity" && entry.value("role", "") == "evaluation" &&
                entry.value("source", "") == evaluation.data.source && lengthFits) {
                return name;
            }
        }
    }
    return {};
}

Json groupJson(const StoreReader& reader, RunId id, std::string_view prefix)
{
    Json values = Json::object();
    for (const MetricSeries& series : reader.seriesUnder(id, prefix)) {
        const std::string name = behind(series.name, prefix);
        values[name] = figureJson(name.substr(name.rfind('/') + 1), last(series));
    }
    return values;
}

Json stagesJson(const StoreReader& reader, RunId id)
{
    Json stages = Json::object();
    const Json values = groupJson(reader, id, "stage/");
    for (const auto& [name, value] : values.items()) {
        const auto slash = name.find('/');
        stages[name.substr(0, slash)][name.substr(slash + 1)] = value;
    }
    return stages;
}

Json linearsJson(const StoreReader& reader, RunId id)
{
    std::map<std::string, Json> linears;
    for (const char* kind : {"sparsity", "error", "seconds", "loss_identity"}) {
        const Json values = groupJson(reader, id, std::string(kind) + "/");
        for (const auto& [name, value] : values.items()) {
            if (!name.starts_with("block.")) { // seconds/block.3 is the whole block's time
                linears[name][kind] = value;
            }
        }
    }
    Json list = Json::array();
    for (auto& [name, values] : linears) {
        values["name"] = name;
        list.push_back(std::move(values));
    }
    return list;
}

/// Whole blocks: their time, and the divergence from the dense model where it was asked for.
Json blocksJson(const StoreReader& reader, RunId id)
{
    std::map<std::int64_t, Json> blocks;
    for (const char* kind : {"kl", "seconds"}) {
        const Json values = groupJson(reader, id, std::string(kind) + "/block.");
        for (const auto& [index, value] : values.items()) {
            blocks[std::stoll(index)][kind] = value;
        }
    }
    Json list = Json::array();
    for (auto& [index, values] : blocks) {
        values["index"] = index;
        list.push_back(std::move(values));
    }
    return list;
}

std::string number(const char* format, const Json& value)
{
    if (!value.is_number()) {
        return "-";
    }
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, format, value.get<double>());
    return buffer;
}

} // namespace

Json runJson(const StoreReader& reader, const RunRecord& record)
{
    Json json{{"id", toText(record.id)},
              {"method", record.spec.method},
              {"title", record.spec.title},
              {"status", nameOf(record.status)},
              {"spec", toJson(record.spec)},
              {"tags", record.tags},
              {"note", record.note},
              {"method_version", record.methodVersion},
              {"provenance", record.provenance},
              {"created_ms", record.createdMs},
              {"started_ms", record.startedMs},
              {"ended_ms", record.endedMs},
              {"evaluations", evaluationsJson(reader, record)},
              {"stages", stagesJson(reader, record.id)},
              {"blocks", blocksJson(reader, record.id)},
              {"linears", linearsJson(reader, record.id)},
              {"footprint", groupJson(reader, record.id, "footprint/")},
              {"speed", groupJson(reader, record.id, "speed/")}};
    const std::string firstDataset = firstPerplexityDataset(record);
    for (const Json& evaluation : json["evaluations"]) {
        const bool isFirst = evaluation["dataset"] == firstDataset || firstDataset.empty();
        if (isFirst && evaluation.contains("perplexity") && !json.contains("perplexity")) {
            for (const char* key : {"perplexity", "nll", "tokens", "standard_error", "windows",
                                    "length", "text_fingerprint"}) {
                json[key] = evaluation.value(key, Json());
            }
        }
    }
    Json warnings = Json::array();
    for (const RunEvent& event : reader.events(record.id)) {
        if (event.level == EventLevel::Warning) {
            warnings.push_back(event.text);
        }
    }
    json["warnings"] = std::move(warnings);
    Json artifacts = Json::array();
    for (const Artifact& artifact : record.artifacts) {
        Json entry = toJson(artifact);
        entry["path"] = fileOf(reader, record, artifact).string();
        artifacts.push_back(std::move(entry));
    }
    json["artifacts"] = std::move(artifacts);
    if (record.failure) {
        json["failure"] = toJson(*record.failure);
    }
    return json;
}

void addOutcome(Json& document, const std::vector<RunRecord>& records)
{
    for (const RunRecord& record : records) {
        const std::string run = "Run " + toText(record.id);
        const std::string during = record.progress ? record.progress->label : "Waiting";
        if (record.status == RunStatus::Succeeded || document.contains("error")) {
            continue;
        }
        if (record.failure) {
            document["error"] = toJson(*record.failure);
        } else if (record.status == RunStatus::Cancelled) {
            document["error"] = errorJson("cancelled", run + " was stopped.", during);
        } else {
            document["error"] = errorJson("interrupted",
                                          run + " is " + std::string(nameOf(record.status)) +
                                              "; `espalier-run runs resume` goes on with it.",
                                          during);
        }
    }
}

void printFailures(const std::vector<RunRecord>& records)
{
    for (const RunRecord& record : records) {
        if (record.failure) {
            std::fprintf(stderr, "espalier-run: %s\n", record.failure->message.c_str());
        }
    }
}

void printRuns(const StoreReader& reader, const std::vector<RunRecord>& records)
{
    std::vector<std::vector<std::string>> rows{{"Run", "Title", "Method", "Status", "Sparsity",
                                                "Perplexity", "Mean KLD (nat)", "MB", "Seconds"}};
    for (const RunRecord& record : records) {
        const Json json = runJson(reader, record);
        Json divergence;
        for (const Json& evaluation : json["evaluations"]) {
            if (divergence.is_null() && evaluation.contains("divergence")) {
                divergence = evaluation["divergence"].value("mean_kld", Json());
            }
        }
        double sparsity = 0;
        for (const Json& linear : json["linears"]) {
            sparsity += linear.value("sparsity", 0.0);
        }
        const auto linears = static_cast<double>(json["linears"].size());
        double seconds = 0; // of all stages, over all sessions of the run
        for (const Json& stage : json["stages"]) {
            seconds += stage.value("seconds", 0.0);
        }
        const Json bytes = json["footprint"].value("bytes", Json());
        rows.push_back(
            {toText(record.id), record.spec.title, record.isStudy ? "study" : record.spec.method,
             std::string(nameOf(record.status)),
             linears > 0 ? number("%.3f", sparsity / linears) : "-",
             number("%.4f", json.value("perplexity", Json())), number("%.4g", divergence),
             number("%.2f", bytes.is_number() ? Json(bytes.get<double>() / 1e6) : Json()),
             seconds > 0 ? number("%.1f", seconds) : "-"});
    }
    printTable(rows);
    std::string generated;
    for (const RunRecord& record : records) {
        if (usesGeneratedText(record)) {
            generated += (generated.empty() ? "" : ", ") + toText(record.id);
        }
    }
    if (!generated.empty()) {
        std::printf("Calibrated on text that a model generated itself at a fixed seed: %s\n",
                    generated.c_str());
    }
}

} // namespace espalier::cli
