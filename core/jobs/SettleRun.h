// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/run/RunRecord.h"

#include <string>

namespace espalier {

class ExperimentStore;

/// How a worker ended that nobody watched.
inline constexpr const char* kUnknownCause = "an unknown cause, while no window was open";

/// For a run whose worker is gone: takes over the outcome its journal tells or, where it died
/// without a word, writes down that it failed (`endedBy`: "signal 9 (killed)") or, for
/// kUnknownCause, was interrupted. Its rows are on disk when this returns. Returns its status.
RunStatus settleRun(ExperimentStore& store, RunId run, const std::string& endedBy);

/// Brings the rows of a workspace that no program writes up to date: what workers have written
/// since, and runs whose workers are gone. Nothing where another program writes (its rows are
/// fresh) or where the folder cannot be written.
ESPALIER_API void catchUp(const Path& workspace);

} // namespace espalier
