// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/run/RunRecord.h"

namespace espalier {

/// Whether the model, teacher and data files a finished run used are still the same, by the hashes
/// in its provenance. A run whose inputs have changed must not be taken for a fresh one with the
/// same spec.
ESPALIER_API bool inputsUnchanged(const RunRecord& record);

/// What was computed from one model or text must not be mixed with what another gives. Throws
/// InvalidInput, with what changed, where the provenance of a run that goes on (`now`) names other
/// files or tokens than that of the session that began it (`before`). Folders may have moved.
ESPALIER_API void requireSameInputs(const Json& before, const Json& now);

} // namespace espalier
