// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/eval/TaskForms.h"

#include <cstdint>
#include <string>
#include <vector>

namespace espalier {

struct TaskDataOptions {
    std::int64_t limit = 0;        // the first so many rows are asked; 0: all
    std::int64_t shots = 0;        // examples before each question
    Path shotFile = {};            // they come from here; empty: from the other rows of the file
    std::uint64_t shotSeed = 1234; // the harness's
};

struct TaskData {
    std::vector<TaskQuestion> questions = {}; // contexts with their examples
    std::int64_t available = 0;               // rows in the file
    std::string sha256 = {};                  // of the file
};

/// Reads JSON lines, or a table with a header row (.tsv), gzip and Zstandard as they are. Examples
/// are drawn row after row as lm-evaluation-harness draws them: CPython's random.Random(seed),
/// without the row itself where they come from one file. Throws NotFound, Io, Corrupt or
/// InvalidInput with file and line.
ESPALIER_API TaskData loadTask(const TaskForm& form, const Path& file,
                               const TaskDataOptions& options = {});

} // namespace espalier
