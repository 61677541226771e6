// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/runner/Arguments.h"

namespace espalier::cli {

/// What people say of runs: kept in workspace.jsonl, back after a rebuild of the store.
std::vector<OptionSpec> peopleOptions();

/// `runs tag RUN... [--add TAG] [--remove TAG]`
int tagRuns(const Arguments& arguments);
/// `runs note RUN... --text TEXT`; an empty text takes the note away.
int noteRuns(const Arguments& arguments);
/// `runs move RUN --before RUN | --first | --last`, among the waiting runs.
int moveRun(const Arguments& arguments);

} // namespace espalier::cli
