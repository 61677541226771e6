// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/run/RunRecord.h"

namespace espalier {

/// Removes what a killed worker of this run left half-written: temporary files in the run's folder
/// and exports under construction, inside it and beside the folders that the spec names. Only for
/// who knows that no worker of the run lives: holds its lock, or has seen it end. Other runs' files
/// are left alone.
ESPALIER_API void removeLeftovers(const Path& runFolder, const RunSpec& spec);

/// Checkpoints and finished blocks of a run that has succeeded: as large as the model and more, and
/// nobody can go on from them.
void removeCheckpoints(const Path& runFolder);

} // namespace espalier
