// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/RunRecord.h"

namespace espalier {

/// What `record` was asked to do, with the folders that it found in place of `run:ID`: it means the
/// same in every workspace of this machine. As it was asked for where the run never loaded them.
ESPALIER_API RunSpec withFolders(const RunRecord& record);

/// A model wrote the text that the run was calibrated or trained on: to be said beside its numbers.
ESPALIER_API bool usesGeneratedText(const RunRecord& record);

} // namespace espalier
