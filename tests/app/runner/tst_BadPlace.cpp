// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Sha256.h"
#include "core/store/Database.h"
#include "tests/app/runner/RunnerFixture.h"
#include "tests/core/store/PrivateMounts.h"

#include <csignal>
#include <fstream>

// Workspaces that cannot be written, and disks that fill up.

using namespace espalier;
using test::applied;
using test::contains;
using test::demoModel;
using test::espalierRun;
using test::jsonOf;
using test::Words;
using test::operator+;

namespace {

/// Writes until nothing more fits.
void fillDisk(const Path& file)
{
    std::ofstream ballast(file, std::ios::binary);
    while (ballast.write("x", 1).flush()) {
        ballast.write(std::string(4095, 'x').data(), 4095);
    }
}

/// A distillation under way in a workspace.
class LongRun {
public:
    explicit LongRun(const Path& workspace)
        : m_process(Words{test::runnerProgram().string()} +
                    applied("distill-logits", workspace,
                            test::smallDistillation("100000") + Words{"--json"}))
    {
        const Path journal = workspace / "runs" / "0001" / "journal.jsonl";
        VERIFY(test::waitUntil([&] {
            return std::filesystem::exists(journal) &&
                   contains(readFile(journal), "train/loss/total");
        }));
    }

    test::ProcessResult wait() { return m_process.wait(); }

    void terminate() { m_process.send(SIGTERM); }

private:
    test::Process m_process;
};

} // namespace

TEST(aDiskThatFillsUpDuringTheExportLosesNothing)
{
    if (!test::enterPrivateMounts()) {
        SKIP("this system allows no private mounts");
    }
    const test::TempFolder folder;
    const auto disk = test::Mounted::smallDisk(folder.path(), "4m");
    if (!disk.works()) {
        SKIP("this system allows no tmpfs mount");
    }
    const std::string workspace = (folder.path() / "w").string();
    // Room for the blocks (0.8 MB) and the rows, not for the exported model (1 MB) as well.
    std::ofstream(folder.path() / "ballast", std::ios::binary) << std::string(2'300'000, 'x');
    const Words words = applied("prune-wanda", workspace, {"--export", "safetensors"});
    const auto full = espalierRun(words + Words{"--json"});
    VERIFY2(full.exitCode == 4, full.text());
    VERIFY2(contains(full.err, "No space left on device") || contains(full.err, "disk is full"),
            full.text());
    const Path run = Path(workspace) / "runs" / "0001";
    VERIFY(!std::filesystem::exists(run / "export"));

    std::filesystem::remove(folder.path() / "ballast");
    test::verifySound(workspace);
    const Json resumed = jsonOf({"runs", "resume", "1", "--workspace", workspace})["runs"][0];
    COMPARE(resumed["status"].get<std::string>(), "succeeded");
    // Equal to a run that never met a full disk.
    const test::TempFolder roomy;
    jsonOf(applied("prune-wanda", roomy.path(), {"--export", "safetensors"}));
    COMPARE(sha256OfFile(run / "export" / "model.safetensors"),
            sha256OfFile(roomy.path() / "runs" / "0001" / "export" / "model.safetensors"));
}

TEST(aDiskThatFillsUpUnderTheJournalEndsTheRunInWords)
{
    if (!test::enterPrivateMounts()) {
        SKIP("this system allows no private mounts");
    }
    const test::TempFolder folder;
    const auto disk = test::Mounted::smallDisk(folder.path(), "8m");
    if (!disk.works()) {
        SKIP("this system allows no tmpfs mount");
    }
    const Path workspace = folder.path() / "w";
    LongRun run(workspace);
    fillDisk(folder.path() / "ballast");
    const auto full = run.wait();
    VERIFY2(full.exitCode == 4, full.text());
    VERIFY2(contains(full.err, "No space left on device") || contains(full.err, "disk is full"),
            full.text());
    test::documentIn(full);
    std::filesystem::remove(folder.path() / "ballast");
    test::verifySound(workspace.string());
    // A later session goes on with it.
    test::Process resumed(Words{test::runnerProgram().string(), "runs", "resume", "1",
                                "--workspace", workspace.string()});
    const auto grows =
        [&, before = std::filesystem::file_size(workspace / "runs" / "0001" / "journal.jsonl")] {
            return std::filesystem::file_size(workspace / "runs" / "0001" / "journal.jsonl") >
                   before + 4000;
        };
    VERIFY(test::waitUntil(grows));
    resumed.send(SIGTERM);
    COMPARE(resumed.wait().exitCode, 75);
}

TEST(aFullDiskTakesNoWorkspace)
{
    if (!test::enterPrivateMounts()) {
        SKIP("this system allows no private mounts");
    }
    const test::TempFolder folder;
    const auto disk = test::Mounted::smallDisk(folder.path(), "64k");
    if (!disk.works()) {
        SKIP("this system allows no tmpfs mount");
    }
    fillDisk(folder.path() / "ballast");
    test::verifyRefused(applied("none", folder.path() / "w"), 4, {folder.path().string()});
}

TEST(aReadOnlyWorkspaceCanBeReadButNotWritten)
{
    if (!test::enterPrivateMounts()) {
        SKIP("this system allows no private mounts");
    }
    const test::TempFolder folder;
    const std::string workspace = folder.path().string();
    const Json made = jsonOf(applied("none", workspace));
    const auto mounted = test::Mounted::readOnly(folder.path());
    if (!mounted.works()) {
        SKIP("this system allows no read-only bind mount");
    }
    test::verifyRefused(applied("none", workspace), 4,
                        {"cannot be written: Read-only file system", workspace});
    const Json runs = jsonOf({"runs", "list", "--workspace", workspace})["runs"];
    COMPARE(runs.size(), 1U);
    COMPARE(runs[0], made);
    COMPARE(jsonOf({"store", "check", "--workspace", workspace})["findings"].size(), 0U);
    // Nor does an export into it leave anything there.
    const test::TempFolder other;
    const std::string inside = (folder.path() / "model").string();
    test::verifyRunFails(applied("none", other.path(), {"--export", "safetensors:" + inside}),
                         other.path(), 4, {"Read-only file system", workspace});
}

TEST(aSecondWriterIsRefusedAndReadersAreWelcome)
{
    const test::TempFolder folder;
    const std::string workspace = folder.path().string();
    LongRun run(folder.path());
    test::verifyRefused(applied("none", workspace), 3,
                        {"already open for writing by process", "Close it there first"});
    const Json runs = jsonOf({"runs", "list", "--workspace", workspace})["runs"];
    COMPARE(runs.size(), 1U);
    COMPARE(runs[0]["status"].get<std::string>(), "running");
    run.terminate();
    COMPARE(run.wait().exitCode, 75);
    test::verifySound(workspace);
}

TEST(aNewerStoreIsRefused)
{
    const test::TempFolder folder;
    const std::string workspace = folder.path().string();
    jsonOf(applied("none", workspace));
    Database(folder.path() / "espalier.db", DatabaseAccess::Write)
        .execute("PRAGMA user_version = 999");
    const std::string words = "has version 999, but this program knows versions up to 1";
    test::verifyRefused(applied("none", workspace), 3, {words});
    test::verifyRefused({"runs", "list", "--workspace", workspace}, 3, {words});
    const auto checked = espalierRun({"store", "check", "--workspace", workspace});
    COMPARE(checked.exitCode, 3);
    VERIFY2(contains(checked.err, words), checked.text());
    Database(folder.path() / "espalier.db", DatabaseAccess::Write)
        .execute("PRAGMA user_version = 1");
    test::verifySound(workspace);
}

TEST(aFolderThatIsNoExportIsNotReplaced)
{
    const test::TempFolder folder;
    const Path precious = folder.path() / "precious";
    makeFolder(precious);
    writeFileAtomically(precious / "thesis.txt", "ten years of work");
    const Words words = applied("prune-wanda", folder.path() / "w",
                                {"--export", "safetensors:" + precious.string()});
    test::verifyRunFails(words, folder.path() / "w", 3, {precious.string(), "thesis.txt"});
    // Before anything was computed.
    const Json run = jsonOf({"runs", "show", "1", "--workspace", folder.path() / "w"})["runs"][0];
    COMPARE(run["linears"].size(), 0U);
    COMPARE(run["evaluations"].size(), 0U);
    VERIFY(!run["provenance"].contains("model"));
    COMPARE(readFile(precious / "thesis.txt"), "ten years of work");
}
