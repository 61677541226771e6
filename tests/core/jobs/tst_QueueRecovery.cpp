// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/JobQueue.h"
#include "core/jobs/RunLinks.h"
#include "core/jobs/RunLock.h"
#include "core/jobs/SettleRun.h"
#include "core/run/Journal.h"
#include "tests/core/jobs/QueueFixture.h"

// What becomes of runs whose window, command line or worker is gone.

using namespace espalier;
using test::pausableSpec;
using test::QueueFixture;

TEST(leavingInterruptsAndTheNextSessionGoesOn)
{
    QueueFixture fixture;
    const RunId whole = fixture.queue->submit(pausableSpec());
    fixture.queue->drain();
    const RunId left = fixture.queue->submit(pausableSpec());
    const RunId behind = fixture.queue->submit(test::shortSpec());
    VERIFY(fixture.waitForSteps(left, 2));
    fixture.queue->leave();
    fixture.queue->drain();
    VERIFY(fixture.status(left) == RunStatus::Interrupted);
    VERIFY(fixture.status(behind) == RunStatus::Waiting);
    fixture.close();
    fixture.open();
    fixture.queue->resume(left);
    fixture.queue->drain();
    VERIFY(fixture.status(behind) == RunStatus::Succeeded);
    COMPARE(test::weightsHash(fixture.layout(), left), test::weightsHash(fixture.layout(), whole));
}

TEST(aRunWhoseWorkerIsGoneBecomesInterrupted)
{
    QueueFixture fixture;
    fixture.queue->pauseQueue();
    const RunId id = fixture.queue->submit(test::shortSpec());
    fixture.close();
    JournalWriter(fixture.layout().journal(id)).status(RunStatus::Running);
    fixture.open();
    VERIFY(test::waitUntil([&] { return fixture.status(id) == RunStatus::Interrupted; }));
    fixture.queue->resume(id);
    fixture.queue->drain();
    VERIFY(fixture.status(id) == RunStatus::Succeeded);
}

TEST(rowsOfARunNobodyWatchesCatchUp)
{
    QueueFixture fixture;
    fixture.queue->pauseQueue();
    const RunId id = fixture.queue->submit(test::shortSpec());
    const Path workspace = fixture.layout().folder;
    const Path lock = RunLock::fileOf(fixture.layout().run(id));
    JournalWriter(fixture.layout().journal(id)).status(RunStatus::Running);
    catchUp(workspace); // the queue writes: its business
    VERIFY(lastStatus(fixture.layout().journal(id)) == RunStatus::Running);
    fixture.close();
    {
        ExperimentStore store(workspace);
        store.flush();
    }
    VERIFY(StoreReader(workspace).run(id)->status == RunStatus::Running);
    {
        const RunLock worker(lock);
        JournalWriter(WorkspaceLayout{workspace}.journal(id)).progress({.label = "Alive"});
        catchUp(workspace);
        VERIFY(StoreReader(workspace).run(id)->status == RunStatus::Running);
        COMPARE(StoreReader(workspace).run(id)->progress->label, "Alive");
    }
    catchUp(workspace);
    VERIFY(StoreReader(workspace).run(id)->status == RunStatus::Interrupted);
}

TEST(aStudyWhoseMembersEndedUnwatchedCatchesUp)
{
    QueueFixture fixture;
    fixture.queue->pauseQueue();
    const RunId study = fixture.queue->submitStudy("Two", "");
    const RunId first = fixture.queue->submit(test::shortSpec(), study);
    const RunId second = fixture.queue->submit(test::shortSpec(), study);
    const WorkspaceLayout layout = fixture.layout();
    fixture.close();
    JournalWriter(layout.journal(study)).status(RunStatus::Running);
    for (const RunId member : {first, second}) {
        JournalWriter journal(layout.journal(member));
        journal.status(RunStatus::Running);
        journal.status(RunStatus::Succeeded);
    }
    {
        ExperimentStore store(layout.folder);
        store.flush();
    }
    VERIFY(StoreReader(layout.folder).run(study)->status == RunStatus::Running);
    catchUp(layout.folder);
    VERIFY(StoreReader(layout.folder).run(study)->status == RunStatus::Succeeded);
}
