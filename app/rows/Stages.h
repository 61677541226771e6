// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/rows/LiveRun.h"
#include "widgets/views/StageRow.h"

namespace espalier {

/// The stages this run goes through, and where it stands.
QList<StageLook> stagesOf(const LiveRun& run);

} // namespace espalier
