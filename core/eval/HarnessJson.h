// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/eval/TaskData.h"
#include "core/eval/TaskScores.h"

#include <cstdint>
#include <string>
#include <vector>

namespace espalier {

/// What lm-evaluation-harness writes about one task, with what its readers look for.
struct HarnessTask {
    std::string name = {}, version = {};
    std::string outputType = {};          // "multiple_choice", "loglikelihood", ...
    std::vector<TaskMetric> metrics = {}; // names as the harness has them
    std::int64_t shots = 0;
    std::int64_t available = 0, asked = 0;
    std::vector<Json> samples = {}; // one object a line
    Json data = Json::object();     // file, SHA-256: under "configs"
};

struct HarnessRun {
    std::string model = {}; // folder
    std::string dtype = {};
    std::int64_t batch = 0, limit = 0, maxLength = 0;
    std::uint64_t shotSeed = 1234;
    double startedAt = 0.0, endedAt = 0.0; // Unix time, seconds
};

/// "results", "group_subtasks", "configs", "versions", "n-shot", "higher_is_better", "n-samples",
/// "config", ..., "start_time".
ESPALIER_API Json harnessResults(const HarnessTask& task, const HarnessRun& run);

/// Of the questions of a task.
ESPALIER_API std::vector<Json> harnessSamples(const TaskForm& form, const TaskData& data,
                                              const TaskResult& result);

/// FOLDER/<model>/results_<time>.json and samples_<task>_<time>.jsonl; their paths. Throws Io.
ESPALIER_API std::vector<Path> writeHarnessFiles(const Path& folder, const HarnessTask& task,
                                                 const HarnessRun& run);

} // namespace espalier
