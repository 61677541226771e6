// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/run/RunRecord.h"

#include <atomic>
#include <functional>

namespace espalier {

class MethodCatalog;

/// What a stop request wants; the worker looks at every step.
enum class StopRequest { None = 1, Stop, Pause, Leave };

struct WorkerInputs {
    RunId id = RunId::None;
    RunSpec spec = {};
    Path folder = {};                        // runs/<id>; its journal exists already
    Path builtinData = {};                   // resources/demo
    bool resume = false;                     // go on from the last resume point when there is one
    std::function<Path(RunId)> modelOf = {}; // folder of the model another run exported
};

/// Executes one run on the calling thread: load, method, evaluate, export. Writes the journal and
/// nothing else: who wants rows ingests it. Returns the final status (succeeded, failed, cancelled,
/// paused or interrupted); never throws. Holds the run's lock file meanwhile.
ESPALIER_API RunStatus executeRun(const WorkerInputs& inputs, const MethodCatalog& methods,
                                  const std::atomic<StopRequest>& stop);

/// The reasons why `spec` cannot run, as far as they show before it does: names, parameters, and
/// whether the files it names are there. Cheap: reads config.json and the headers of weight files.
ESPALIER_API std::vector<ParamIssue> issuesOf(const RunSpec& spec, const MethodCatalog& methods);

} // namespace espalier
