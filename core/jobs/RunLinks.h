// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/run/RunRecord.h"

namespace espalier {

/// The model that a finished run exported, as its journal says. Throws NotFound when the run is
/// unknown or exported none, with what to do.
ESPALIER_API Path modelOfRun(const Path& runsFolder, RunId id);

/// The id, the spec and what is known of the provenance in the journal's first line; how a worker
/// process learns what to do. Throws Corrupt.
ESPALIER_API RunRecord readCreated(const Path& journal);

/// What a run was doing when its journal last told of progress; "Working" when it never did.
ESPALIER_API std::string lastLabel(const Path& journal);

/// The newest provenance a journal tells; an empty object when it tells none.
ESPALIER_API Json lastProvenance(const Path& journal);

/// The newest status a journal tells; Waiting when it tells none.
ESPALIER_API RunStatus lastStatus(const Path& journal);

} // namespace espalier
