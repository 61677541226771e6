// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/RunLinks.h"
#include "core/jobs/RunLock.h"
#include "core/jobs/runners/Runner.h"
#include "core/run/Journal.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <fstream>
#include <unistd.h>

using namespace espalier;

namespace {

/// A runs folder with run 4: created, waiting, running.
class RunsFolder {
public:
    RunsFolder()
    {
        makeFolder(journal().parent_path());
        JournalWriter writer(journal());
        writer.created(RunId{4}, RunId::None, false, {.method = "none", .model = "/m"}, 1);
        writer.status(RunStatus::Waiting);
        writer.status(RunStatus::Running);
    }

    Path path() const { return m_folder.path(); }

    Path journal() const { return m_folder.path() / "0004" / "journal.jsonl"; }

private:
    test::TempFolder m_folder;
};

} // namespace

TEST(aRunsModelIsWhatItsJournalSays)
{
    const RunsFolder runs;
    VERIFY_FAILS(modelOfRun(runs.path(), RunId{4}), ErrorCode::NotFound,
                 "Run 0004 exported no model. Give it an export");
    VERIFY_FAILS(modelOfRun(runs.path(), RunId{5}), ErrorCode::NotFound,
                 "Run 0005 is not in this workspace");
    JournalWriter(runs.journal()).artifact({.kind = "model", .path = "export"});
    COMPARE(modelOfRun(runs.path(), RunId{4}), runs.path() / "0004" / "export");
    JournalWriter(runs.journal()).artifact({.kind = "model", .path = "/elsewhere"});
    JournalWriter(runs.journal()).artifact({.kind = "log", .path = "log"});
    COMPARE(modelOfRun(runs.path(), RunId{4}), Path("/elsewhere"));
}

TEST(theNewestLabelCounts)
{
    const RunsFolder runs;
    COMPARE(lastLabel(runs.journal()), "Working");
    JournalWriter(runs.journal()).progress({.label = "Loading"});
    JournalWriter(runs.journal()).progress({.label = "Training step 3/8"});
    COMPARE(lastLabel(runs.journal()), "Training step 3/8");
}

TEST(theFirstLineTellsWhatTheRunIs)
{
    const RunsFolder runs;
    const RunRecord record = readCreated(runs.journal());
    COMPARE(static_cast<int>(record.id), 4);
    COMPARE(record.spec.model, "/m");
    std::ofstream(runs.journal()) << "{\"t\":\"status\",\"status\":\"running\"}\n";
    VERIFY_FAILS(readCreated(runs.journal()), ErrorCode::Corrupt, "does not start with the line");
}

TEST(theNewestStatusCountsAndATornLineDoesNot)
{
    const RunsFolder runs;
    VERIFY(lastStatus(runs.journal()) == RunStatus::Running);
    JournalWriter(runs.journal()).status(RunStatus::Succeeded);
    VERIFY(lastStatus(runs.journal()) == RunStatus::Succeeded);
    std::ofstream(runs.journal(), std::ios::app) << R"({"t":"status","status":"fai)";
    VERIFY(lastStatus(runs.journal()) == RunStatus::Succeeded);
}

TEST(oneUnreadableLineHidesNoOther)
{
    const RunsFolder runs;
    std::ofstream(runs.journal(), std::ios::app) << "not json\n[1]\n";
    VERIFY(lastStatus(runs.journal()) == RunStatus::Running);
    JournalWriter(runs.journal()).status(RunStatus::Failed, Failure{});
    VERIFY(lastStatus(runs.journal()) == RunStatus::Failed);
}

TEST(aLockIsHeldOnce)
{
    const test::TempFolder folder;
    const Path file = RunLock::fileOf(folder.path());
    {
        const RunLock first(file);
        VERIFY(first.isHeld());
        VERIFY(!RunLock(file).isHeld());
        VERIFY(!RunLock(file).isHeld()); // looking does not take it
    }
    VERIFY(RunLock(file).isHeld());
    VERIFY_FAILS(RunLock(folder.path() / "none" / "lock"), ErrorCode::Io, "Cannot open the lock");
}

TEST(aRequestIsWhatItsFileSaysElseLeave)
{
    const test::TempFolder folder;
    VERIFY(readRequest(folder.path()) == StopRequest::Leave);
    writeFileAtomically(folder.path() / "request", "stop");
    VERIFY(readRequest(folder.path()) == StopRequest::Stop);
    writeFileAtomically(folder.path() / "request", "pause");
    VERIFY(readRequest(folder.path()) == StopRequest::Pause);
}
