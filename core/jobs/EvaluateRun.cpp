// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/ItemComparison.h"
#include "core/base/FolderPath.h"
#include "core/eval/Evaluation.h"
#include "core/export/GgufExport.h"
#include "core/export/ModelCard.h"
#include "core/export/ModelExport.h"
#include "core/jobs/Provenance.h"
#include "core/jobs/RunParts.h"
#include "core/jobs/SourceLicence.h"
#include "core/run/ArtifactPath.h"
#include "core/run/Recipe.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace espalier {

namespace {

constexpr const char* kPerplexity = "perplexity";

std::string unitOf(std::string_view key)
{
    if (key.ends_with("bytes")) {
        return "bytes";
    }
    if (key.ends_with("tokens_per_second")) {
        return "tokens/s";
    }
    if (key == "nll") {
        return "nat";
    }
    if (key.ends_with("kld")) {
        return "nat/token";
    }
    return {};
}

void recordAll(RunContext& run, const std::string& prefix, const Json& values)
{
    for (const auto& [key, value] : values.items()) {
        if (value.is_number() || value.is_null()) {
            run.metrics().record(prefix + "/" + key, 0, numberFromJson(value), unitOf(key));
        }
    }
}

/// One step for each window, in the order of the data: what paired tests compare.
void recordItems(RunContext& run, const std::string& name, const std::vector<double>& values)
{
    for (std::size_t i = 0; i < values.size(); ++i) {
        run.metrics().record(name, static_cast<std::int64_t>(i), values[i], "nat/token");
    }
}

StepFunction stepOf(RunContext& run, std::string label)
{
    return [&run, label = std::move(label)](std::int64_t done, std::int64_t total) {
        run.step(label, done, total);
    };
}

/// The model that divergence is measured against: the teacher, or the dense model the run started
/// from.
std::unique_ptr<CausalLM> openReference(const LoadedRun& loaded, const RunSpec& spec)
{
    const Path& folder = loaded.teacherFolder.empty() ? loaded.modelFolder : loaded.teacherFolder;
    return CausalLM::open(
        folder,
        {.dtype = spec.dtype, .residency = Residency::Streamed, .device = at::Device(spec.device)});
}

std::string referenceName(const LoadedRun& loaded)
{
    return loaded.teacherFolder.empty() ? loaded.sourceModel : folderName(loaded.teacherFolder);
}

std::string withError(double value, double error)
{
    char text[64];
    std::snprintf(text, sizeof text, std::isnan(error) ? "%.4g" : "%.4g ± %.2g", value, error);
    return text;
}

std::string protocolOf(const CalibrationSet& data)
{
    return data.name + ", " + std::to_string(data.tokens.size(0)) + " windows of " +
           std::to_string(data.tokens.size(1)) + " tokens, no overlap" +
           (data.source.starts_with("builtin:") ? ", tokenised story by story" : "") +
           ", SHA-256 " + data.fingerprint.substr(0, 12);
}

bool wantsFootprint(const RunSpec& spec)
{
    return std::ranges::any_of(spec.evaluations, [](const EvaluationSpec& evaluation) {
        return evaluation.kind == "footprint";
    });
}

/// The reference was measured on the same tokens: the card says so in the row of the perplexity.
void addBaseline(std::vector<ModelCardResult>& results, const std::string& protocol,
                 const DivergenceResult& result)
{
    for (ModelCardResult& row : results) {
        if (row.measure == kPerplexity && row.protocol == protocol) {
            row.baseline = withError(result.referencePerplexity, NAN);
        }
    }
}

} // namespace

void evaluateRun(RunContext& run, LoadedRun& loaded)
{
    const RunSpec& spec = run.spec();
    std::unique_ptr<CausalLM> reference;
    std::vector<std::pair<std::string, DivergenceResult>> divergences; // by protocol
    for (auto& [evaluation, data] : loaded.evaluations) {
        const std::string prefix = "eval/" + data.name;
        if (evaluation.kind == "perplexity") {
            const auto result = perplexity(run.model(), data, spec.batch,
                                           stepOf(run, "Perplexity on " + data.name));
            recordAll(run, prefix, toJson(result));
            recordItems(run, itemSeriesName(data.name, "nll"), result.windowLosses);
            loaded.results.push_back({.measure = kPerplexity,
                                      .value = withError(result.perplexity, result.standardError),
                                      .protocol = protocolOf(data)});
        } else if (evaluation.kind == "divergence") {
            if (!reference) {
                reference = openReference(loaded, spec);
            }
            const auto result = divergence(run.model(), *reference, data, spec.batch,
                                           stepOf(run, "Divergence on " + data.name));
            recordAll(run, prefix + "/divergence", toJson(result));
            recordItems(run, itemSeriesName(data.name, "kld"), result.windowMeans);
            loaded.results.push_back(
                {.measure = "mean KL(" + referenceName(loaded) + " || this model), nat per token",
                 .value = withError(result.mean, result.standardError),
                 .baseline = loaded.teacherFolder.empty() ? "0" : "",
                 .protocol = protocolOf(data)});
            divergences.emplace_back(protocolOf(data), result);
        }
    }
    if (loaded.teacherFolder.empty()) { // the reference is the model the run started from
        for (const auto& [protocol, result] : divergences) {
            addBaseline(loaded.results, protocol, result);
        }
    }
    const auto wantsSpeed = [](const EvaluationSpec& evaluation) {
        return evaluation.kind == "speed";
    };
    if (std::ranges::any_of(spec.evaluations, wantsSpeed)) {
        recordAll(run, "speed",
                  toJson(measureSpeed(run.model(), speedOptionsFor(loaded.config),
                                      stepOf(run, "Measuring speed"))));
    }
}

std::vector<ExportSpec> exportsOf(const RunSpec& spec, const Path& runFolder)
{
    std::vector<ExportSpec> exports = spec.exports;
    if (wantsFootprint(spec) && exports.empty()) {
        exports.emplace_back(); // a footprint is that of files
    }
    for (ExportSpec& wanted : exports) {
        if (wanted.folder.empty()) { // one folder for each format
            const bool isUsual = wanted.format == "safetensors";
            wanted.folder = (runFolder / (isUsual ? "export" : "export-" + wanted.format)).string();
        }
    }
    return exports;
}

std::vector<Artifact> exportAs(const std::string& format, const ExportInputs& inputs,
                               RunContext& run, const LoadedRun& loaded)
{
    const auto type = ggufTypeOf(format);
    if (!type) {
        return exportModel(inputs, stepOf(run, "Exporting"));
    }
    auto* language = dynamic_cast<CausalLM*>(inputs.model);
    if (language == nullptr) {
        throw Error(ErrorCode::Unsupported,
                    "The model is " + std::string(describe(loaded.config.kind)) +
                        "; only causal language models can be written as GGUF here. Export "
                        "safetensors instead.");
    }
    const std::string title = run.spec().title.empty() ? loaded.sourceModel : run.spec().title;
    GgufFolder written = exportGgufFolder(inputs,
                                          {.model = language,
                                           .source = inputs.sourceFolder,
                                           .file = "model.gguf",
                                           .type = *type,
                                           .name = title,
                                           .licence = licenceOf(inputs.sourceFolder),
                                           .provenance = inputs.provenance},
                                          stepOf(run, "Exporting"));
    for (const std::string& note : written.report.notes) {
        run.warn(note);
    }
    return std::move(written.artifacts);
}

void exportRun(RunContext& run, LoadedRun& loaded, JournalWriter& journal,
               const WorkerInputs& asked)
{
    const RunSpec& spec = run.spec();
    const std::vector<ExportSpec> exports = exportsOf(spec, run.folder());
    for (const ExportSpec& wanted : exports) {
        run.step("Exporting", 0, 0); // what a failure says it happened during
        const Path folder = wanted.folder;
        ExportInputs inputs{.model = loaded.model.get(),
                            .sourceFolder = loaded.modelFolder,
                            .outputFolder = folder,
                            .recipe = recipeText(spec),
                            .modelCard = modelCardOf(loaded),
                            .provenance = provenanceOf(spec)};
        inputs.provenance["run"] = toText(asked.id);
        inputs.provenance["fingerprint"] = fingerprint(asked.spec);
        for (Artifact& artifact : exportAs(wanted.format, inputs, run, loaded)) {
            artifact.path = storedArtifactPath(artifact.path, run.folder());
            journal.artifact(artifact);
        }
        const NumberType stored = loaded.config.storedType;
        if (wanted.format == "safetensors" && stored != spec.dtype) {
            run.warn("The exported weights are stored as " + std::string(nameOf(stored)) +
                     ", as the model's were, and this run computed in " +
                     std::string(nameOf(spec.dtype)) +
                     ": figures of the exported files differ a little from this run's.");
        }
        if (wantsFootprint(spec) && &wanted == &exports.front()) {
            recordAll(run, "footprint",
                      toJson(footprint(folder, stepOf(run, "Measuring the footprint"))));
        }
    }
}

} // namespace espalier
