// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/ArtifactPath.h"

namespace espalier {

namespace {

/// Without links in it, so that two names of one place compare equal.
Path placeOf(const Path& path)
{
    std::error_code reason;
    const Path found = std::filesystem::weakly_canonical(std::filesystem::absolute(path), reason);
    return reason ? std::filesystem::absolute(path).lexically_normal() : found;
}

bool isInside(const Path& relative)
{
    return !relative.empty() && *relative.begin() != "..";
}

} // namespace

std::string storedArtifactPath(const Path& file, const Path& runFolder)
{
    const Path place = placeOf(file);
    const Path run = placeOf(runFolder);
    const Path inRun = place.lexically_relative(run);
    if (isInside(inRun)) { // also where somebody moved the run's folder and left a link
        return inRun.string();
    }
    const Path named = std::filesystem::absolute(runFolder).lexically_normal();
    const Path inWorkspace = place.lexically_relative(placeOf(named.parent_path().parent_path()));
    if (isInside(inWorkspace)) {
        return (Path("..") / ".." / inWorkspace).string();
    }
    return std::filesystem::absolute(file).lexically_normal().string();
}

Path artifactFile(const Artifact& artifact, const Path& runFolder)
{
    const Path path = artifact.path;
    return path.is_absolute() ? path : (runFolder / path).lexically_normal();
}

} // namespace espalier
