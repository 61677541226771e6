// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/jobs/QueueFixture.h"
#include "tests/core/store/PrivateMounts.h"

#include <fstream>

// A disk that fills up under a run: no row says "running" for ever, and the reason is told.

using namespace espalier;

namespace {

void fill(const Path& file)
{
    std::ofstream ballast(file, std::ios::binary);
    while (ballast.write("x", 1).flush()) {
        ballast.write(std::string(4095, 'x').data(), 4095);
    }
}

/// A workspace on a disk of its own.
struct SmallDisk {
    test::TempFolder folder;
    test::Mounted disk = test::Mounted::smallDisk(folder.path(), "8m");
    test::CountingObserver observer;
    std::unique_ptr<ExperimentStore> store;
    std::unique_ptr<JobQueue> queue;

    ~SmallDisk() { close(); } // before its disk goes

    void open(RunnerKind runner)
    {
        store = std::make_unique<ExperimentStore>(workspace());
        queue = std::make_unique<JobQueue>(
            *store, test::builtMethods(), observer,
            QueueOptions{.runner = runner,
                         .workerProgram = test::runnerProgram(),
                         .builtinData = test::demoFolder(),
                         .pluginFolders = {test::binaryFolder() / "lib" / "espalier" / "methods"}});
    }

    void close()
    {
        queue.reset();
        store.reset();
    }

    Path workspace() const { return folder.path() / "w"; }

    Path ballast() const { return folder.path() / "ballast"; }

    RunRecord record(RunId id) const { return StoreReader(workspace()).run(id).value(); }

    RunId startEndlessRun() const
    {
        const RunId id = queue->submit(test::endlessSpec());
        const StoreReader rows(workspace());
        VERIFY(test::waitUntil([&] { return !rows.series(id, "train/loss/total").empty(); }));
        return id;
    }
};

void verifyFailed(const RunRecord& record, const std::string& words)
{
    VERIFY(record.status == RunStatus::Failed);
    VERIFY2(record.failure->code == ErrorCode::Io, record.failure->message);
    VERIFY2(record.failure->message.find(words) != std::string::npos, record.failure->message);
}

} // namespace

TEST(aRunSaysThatTheDiskIsFullWhileItIs)
{
    if (!test::enterPrivateMounts()) {
        SKIP("this system allows no private mounts");
    }
    for (const RunnerKind runner : {RunnerKind::Thread, RunnerKind::Process}) {
        SmallDisk place;
        if (!place.disk.works()) {
            SKIP("this system allows no tmpfs mount");
        }
        place.open(runner);
        const RunId id = place.startEndlessRun();
        fill(place.ballast());
        place.queue->drain();
        verifyFailed(place.record(id), "The disk is full");
    }
}

TEST(aRunWhoseJournalIsLostFailsOnceThereIsRoom)
{
    if (!test::enterPrivateMounts()) {
        SKIP("this system allows no private mounts");
    }
    for (const RunnerKind runner : {RunnerKind::Thread, RunnerKind::Process}) {
        SmallDisk place;
        if (!place.disk.works()) {
            SKIP("this system allows no tmpfs mount");
        }
        place.open(runner);
        const RunId id = place.startEndlessRun();
        std::filesystem::remove(place.workspace() / "runs" / toText(id) / "spare");
        fill(place.ballast());
        bool told = false;
        try {
            place.queue->drain();
        } catch (const Error& error) {
            told = error.code() == ErrorCode::Io;
        }
        VERIFY(told);
        std::filesystem::remove(place.ballast());
        VERIFY(test::waitUntil([&] { return place.record(id).status != RunStatus::Running; }));
        verifyFailed(place.record(id), "could not be written");
        place.queue->retry(id); // and the queue is as good as before
        VERIFY(test::waitUntil([&] { return place.record(id).status == RunStatus::Running; }));
        place.queue->stop(id);
        place.queue->drain();
        VERIFY(place.record(id).status == RunStatus::Cancelled);
    }
}

TEST(aSessionThatEndsOnAFullDiskIsSettledByTheNext)
{
    if (!test::enterPrivateMounts()) {
        SKIP("this system allows no private mounts");
    }
    SmallDisk place;
    if (!place.disk.works()) {
        SKIP("this system allows no tmpfs mount");
    }
    place.open(RunnerKind::Thread);
    const RunId id = place.startEndlessRun();
    std::filesystem::remove(place.workspace() / "runs" / toText(id) / "spare");
    fill(place.ballast());
    VERIFY_FAILS(place.queue->drain(), ErrorCode::Io, "");
    place.close();
    std::filesystem::remove(place.ballast());
    place.open(RunnerKind::Thread);
    VERIFY(test::waitUntil([&] { return place.record(id).status == RunStatus::Interrupted; }));
}
