// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/FolderPath.h"
#include "core/base/SeedStream.h"
#include "core/data/TrainingWindows.h"
#include "core/export/Certificate.h"
#include "core/export/ModelExport.h"
#include "core/jobs/Device.h"
#include "core/jobs/Provenance.h"
#include "core/jobs/RunLinks.h"
#include "core/jobs/RunParts.h"
#include "core/method/MethodCatalog.h"
#include "core/tokenizer/VocabularyCheck.h"
#include "core/train/BlockChoice.h"

#include <algorithm>

namespace espalier {

namespace {

constexpr std::int64_t kLongestDefaultWindow = 2048;
constexpr std::string_view kRunPrefix = "run:";

std::optional<RunId> runOf(const std::string& reference)
{
    return reference.starts_with(kRunPrefix) ? runIdFromText(reference.substr(kRunPrefix.size()))
                                             : std::nullopt;
}

DataSpec completedData(DataSpec data, const ModelConfig& config)
{
    if (data.length == 0) {
        data.length = std::min(config.maxPositions, kLongestDefaultWindow);
    }
    if (data.length > config.maxPositions) {
        throw Error(ErrorCode::InvalidInput,
                    "Windows of " + std::to_string(data.length) + " tokens are asked for " +
                        data.source + ", the model's context holds " +
                        std::to_string(config.maxPositions) + ". Use --length " +
                        std::to_string(config.maxPositions) + " or less.");
    }
    return data;
}

void openModels(LoadedRun& loaded, const RunSpec& spec)
{
    const bool gradients = loaded.method != nullptr && loaded.method->needs().gradients;
    LoadOptions options{.dtype = spec.dtype,
                        .residency = gradients ? Residency::Resident : Residency::Streamed,
                        .device = at::Device(spec.device)};
    if (!loaded.teacherFolder.empty()) {
        loaded.teacher = openModel(loaded.teacherFolder, options);
    }
    loaded.config = readModelConfig(loaded.modelFolder);
    if (const auto blocks = loaded.params.find("blocks");
        blocks != loaded.params.end() && std::holds_alternative<std::string>(blocks->second)) {
        options.keepBlocks =
            chosenBlocks(std::get<std::string>(blocks->second), loaded.config.layers);
    }
    loaded.model = openModel(loaded.modelFolder, options);
}

/// Before anything is computed: a divergence from a teacher of another vocabulary means nothing.
void checkVocabularies(LoadedRun& loaded, const RunSpec& spec)
{
    const bool compares =
        loaded.teacher != nullptr &&
        std::ranges::any_of(spec.evaluations, [](const EvaluationSpec& evaluation) {
            return evaluation.kind == "divergence";
        });
    if (!compares) {
        return;
    }
    const std::string note = requireSameVocabulary(
        {loaded.modelFolder, loaded.config.vocabSize},
        {loaded.teacherFolder, loaded.teacher->config().vocabSize}, wordsOfDivergence("teacher"));
    if (!note.empty()) {
        loaded.warnings.push_back(note);
    }
}

/// Two evaluations of different data must not share a name: the second would overwrite the first's
/// rows.
std::string uniqueName(const CalibrationSet& data, const LoadedRun& loaded)
{
    std::string name = data.name;
    const auto differs = [&](const auto& known) {
        return known.second.name == name && known.second.fingerprint != data.fingerprint;
    };
    for (int number = 2; std::ranges::any_of(loaded.evaluations, differs); ++number) {
        name = data.name + "-" + std::to_string(number);
    }
    return name;
}

void readData(LoadedRun& loaded, const RunSpec& spec, const DataFolders& folders)
{
    const ModelConfig& config = loaded.config;
    const auto remember = [&](const CalibrationSet& data, const std::string& role) {
        Json entry = dataProvenance(data);
        entry["role"] = role;
        // Calibration under a name of its own: the same file may serve for both.
        loaded.dataProvenance[role == "calibration" ? role : data.name] = std::move(entry);
    };
    if (spec.calibration) {
        const bool trains = loaded.method != nullptr && loaded.method->needs().gradients;
        const DataSpec data = completedData(*spec.calibration, config);
        TrainingWindows windows =
            loadTrainingWindows(data, loaded.modelFolder, config.vocabSize,
                                streamSeed(spec.seed, "calibration"), folders, trains);
        loaded.calibration = std::move(windows.training);
        loaded.heldOut = std::move(windows.heldOut);
        remember(*loaded.calibration, "calibration");
        if (loaded.heldOut) {
            loaded.dataProvenance["held_out"] = dataProvenance(*loaded.heldOut);
            loaded.dataProvenance["held_out"]["role"] = "held-out";
        }
    }
    for (const EvaluationSpec& evaluation : spec.evaluations) {
        if (evaluation.data.source.empty()) {
            continue;
        }
        CalibrationSet data = loadWindows(completedData(evaluation.data, config),
                                          loaded.modelFolder, config.vocabSize, Windows::InOrder,
                                          streamSeed(spec.seed, "evaluation"), folders);
        data.name = uniqueName(data, loaded);
        remember(data, "evaluation");
        loaded.evaluations.emplace_back(evaluation, std::move(data));
    }
}

/// What the model is called, back to the folder that the first of the runs behind it started from.
void nameModel(LoadedRun& loaded, std::string reference, const Path& runsFolder)
{
    std::string after;
    while (const auto id = runOf(reference)) {
        const RunSpec before = readCreated(runsFolder / toText(*id) / "journal.jsonl").spec;
        const std::string title = before.title.empty() ? before.method : before.title;
        after = "run " + toText(*id) + " (" + title + ")" + (after.empty() ? "" : " and ") + after;
        reference = before.model;
    }
    loaded.baseModel = folderName(reference);
    loaded.sourceModel = loaded.baseModel + (after.empty() ? "" : ", after " + after);
}

} // namespace

Path resolveModel(const std::string& reference, const std::function<Path(RunId)>& modelOf)
{
    if (!reference.starts_with(kRunPrefix)) {
        return reference;
    }
    const auto id = runOf(reference);
    if (!id || !modelOf) {
        throw Error(ErrorCode::InvalidInput,
                    "\"" + reference + "\" is not a run: write run: and its number.");
    }
    return modelOf(*id);
}

LoadedRun loadRun(const WorkerInputs& inputs, const MethodCatalog& methods)
{
    const RunSpec& spec = inputs.spec;
    requireDevice(spec.device);
    for (const ExportSpec& wanted : exportsOf(spec, inputs.folder)) {
        refuseForeignFolder(wanted.folder, {{"fingerprint", fingerprint(spec)}});
    }
    LoadedRun loaded;
    loaded.spec = spec;
    if (spec.method != "none") {
        loaded.method = &methods.require(spec.method);
        loaded.params = completed(spec.params, loaded.method->params());
    }
    loaded.modelFolder = resolveModel(spec.model, inputs.modelOf);
    if (runOf(spec.model)) {
        verifyExport(
            loaded.modelFolder); // the files that the other run wrote, not what they became
    }
    if (!spec.teacher.empty()) {
        loaded.teacherFolder = resolveModel(spec.teacher, inputs.modelOf);
        loaded.spec.teacher = loaded.teacherFolder.string();
    }
    loaded.spec.model = loaded.modelFolder.string();
    nameModel(loaded, spec.model, inputs.folder.parent_path());
    openModels(loaded, spec);
    checkVocabularies(loaded, spec);
    readData(loaded, spec, {.builtin = inputs.builtinData});
    return loaded;
}

} // namespace espalier
