// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"
#include "core/data/CalibrationSet.h"
#include "core/export/ModelCard.h"
#include "core/jobs/RunWorker.h"
#include "core/method/Method.h"
#include "core/method/RunContext.h"
#include "core/model/CausalLM.h"
#include "core/run/Journal.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace espalier {

/// Everything a run has loaded, in the order of the load stage.
struct LoadedRun {
    RunSpec spec = {};              // as it was asked for, with folders in place of run:ID
    const Method* method = nullptr; // null: method "none"
    ParamValues params = {};
    Path modelFolder = {}, teacherFolder = {};
    std::string baseModel = {};   // name of the folder that every run before this one started from
    std::string sourceModel = {}; // "stories260k, after run 0012 (SparseGPT)"
    ModelConfig config = {};
    std::unique_ptr<Transformer> model, teacher;
    std::optional<CalibrationSet> calibration, heldOut;
    std::vector<std::pair<EvaluationSpec, CalibrationSet>> evaluations = {}; // those that need data
    Json dataProvenance = Json::object();                                    // by dataset name
    std::vector<std::string> warnings = {};                                  // for the run's log
    std::vector<ModelCardResult> results =
        {}; // what evaluateRun() measured, for the exported model's card
};

/// Resolves run:ID references, opens models, reads data. Refuses in words what cannot work, before
/// any computing: also to export into a folder with somebody else's files. Writes nothing.
LoadedRun loadRun(const WorkerInputs& inputs, const MethodCatalog& methods);

/// Perplexity, divergence and speed of the compressed model, as the spec asks; series under eval/
/// and speed/.
void evaluateRun(RunContext& run, LoadedRun& loaded);

/// The exports the spec asks for and, where a footprint is to be measured and none is asked for,
/// one into the run's folder. Each with its folder.
std::vector<ExportSpec> exportsOf(const RunSpec& spec, const Path& runFolder);

/// Exports as the spec asks, and footprint of what was exported; artifacts and series footprint/.
void exportRun(RunContext& run, LoadedRun& loaded, JournalWriter& journal,
               const WorkerInputs& inputs);

/// README.md of the exported model.
std::string modelCardOf(const LoadedRun& loaded);

/// run:ID -> the folder that run exported, by its journal; a plain path stays as it is. Throws
/// NotFound.
Path resolveModel(const std::string& reference, const std::function<Path(RunId)>& modelOf);

} // namespace espalier
