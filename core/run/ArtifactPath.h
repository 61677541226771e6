// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/run/RunRecord.h"

namespace espalier {

/// How journals and rows name a file of a run: relative to the run's folder (WORKSPACE/runs/<id>)
/// when it lies in the workspace, so that a moved workspace keeps its artifacts; absolute
/// elsewhere.
ESPALIER_API std::string storedArtifactPath(const Path& file, const Path& runFolder);

/// Where the artifact is now. Takes both forms: journals of earlier versions hold absolute paths
/// only.
ESPALIER_API Path artifactFile(const Artifact& artifact, const Path& runFolder);

} // namespace espalier
