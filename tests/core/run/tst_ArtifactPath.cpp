// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/ArtifactPath.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

using namespace espalier;

namespace {

struct Workspace {
    test::TempFolder folder;
    Path workspace = folder.path() / "w";
    Path run = workspace / "runs" / "0001";

    Workspace() { makeFolder(run); }
};

} // namespace

TEST(whatLiesInTheWorkspaceIsNamedFromTheRunsFolder)
{
    const Workspace place;
    COMPARE(storedArtifactPath(place.run / "export", place.run), "export");
    COMPARE(storedArtifactPath(place.run / "." / "a" / ".." / "export", place.run), "export");
    COMPARE(storedArtifactPath(place.workspace / "models" / "m", place.run), "../../models/m");
    COMPARE(storedArtifactPath(place.workspace / "runs" / "0002" / "m", place.run),
            "../../runs/0002/m");
    const Path outside = place.folder.path() / "elsewhere";
    COMPARE(storedArtifactPath(outside, place.run), outside.string());
    COMPARE(storedArtifactPath(place.folder.path() / "w2", place.run),
            (place.folder.path() / "w2").string());
}

TEST(linksOnTheWayDoNotMakeAPlaceForeign)
{
    const Workspace place;
    const Path other = place.folder.path() / "link";
    std::filesystem::create_directory_symlink(place.workspace, other);
    COMPARE(storedArtifactPath(other / "models" / "m", place.run), "../../models/m");
    COMPARE(storedArtifactPath(place.run / "export", other / "runs" / "0001"), "export");
}

TEST(bothFormsAreFoundAgain)
{
    const Path run = "/moved/w/runs/0001";
    COMPARE(artifactFile({.path = "export"}, run), Path("/moved/w/runs/0001/export"));
    COMPARE(artifactFile({.path = "../../models/m"}, run), Path("/moved/w/models/m"));
    COMPARE(artifactFile({.path = "/elsewhere/m"}, run), Path("/elsewhere/m"));
}
