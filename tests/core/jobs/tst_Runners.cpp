// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Json.h"
#include "core/jobs/RunLinks.h"
#include "tests/core/jobs/QueueFixture.h"

#include <csignal>

// A run is the same wherever it is executed: on a thread, in a child process, or a second time.

using namespace espalier;
using test::QueueFixture;

namespace {

struct Executed {
    RunRecord record;
    std::string weights;
    std::map<std::string, std::vector<std::pair<std::int64_t, double>>> numbers;
    std::set<std::string> series;
    std::vector<RunEvent> events;
};

std::vector<Executed> execute(RunnerKind runner, int times)
{
    QueueFixture fixture(runner);
    std::vector<RunId> ids;
    for (const std::string& method : test::methodIds()) {
        for (int time = 0; time < times; ++time) {
            ids.push_back(fixture.queue->submit(test::sampleSpec(method)));
        }
    }
    fixture.queue->drain();
    std::vector<Executed> all;
    for (const RunId id : ids) {
        const StoreReader reader = fixture.reader();
        const RunRecord record = reader.run(id).value();
        VERIFY2(record.status == RunStatus::Succeeded,
                record.failure ? record.failure->message : std::string(nameOf(record.status)));
        all.push_back({.record = record,
                       .weights = test::weightsHash(fixture.layout(), id),
                       .numbers = test::numbersOf(reader, id),
                       .series = test::seriesNames(reader, id),
                       .events = reader.events(id)});
    }
    return all;
}

/// What a run was given and made, but for where and when.
Json lasting(Json provenance)
{
    provenance.erase("process");
    return provenance;
}

void compareArtifacts(const RunRecord& one, const RunRecord& other)
{
    COMPARE(one.artifacts.size(), other.artifacts.size());
    for (std::size_t i = 0; i < one.artifacts.size(); ++i) {
        COMPARE(one.artifacts[i].kind, other.artifacts[i].kind);
        COMPARE(Path(one.artifacts[i].path).filename(), Path(other.artifacts[i].path).filename());
    }
}

void compare(const Executed& one, const Executed& other)
{
    COMPARE(one.weights, other.weights);
    COMPARE(one.series, other.series);
    VERIFY2(one.numbers == other.numbers, one.record.spec.method);
    COMPARE(lasting(one.record.provenance).dump(), lasting(other.record.provenance).dump());
    COMPARE(one.events.size(), other.events.size());
    for (std::size_t i = 0; i < one.events.size(); ++i) {
        COMPARE(one.events[i].text, other.events[i].text);
    }
    compareArtifacts(one.record, other.record);
}

} // namespace

TEST(threadAndProcessGiveTheSameRowsAndBits)
{
    const std::vector<Executed> threads = execute(RunnerKind::Thread, 2);
    const std::vector<Executed> processes = execute(RunnerKind::Process, 1);
    for (std::size_t i = 0; i < processes.size(); ++i) {
        compare(threads[2 * i], threads[2 * i + 1]); // two runs of one spec
        compare(threads[2 * i], processes[i]);
        VERIFY(i == 0 || processes[i].weights != processes[i - 1].weights);
    }
}

TEST(aWorkerThatIsKilledBecomesAFailedRunWithTheSignalInWords)
{
    QueueFixture fixture(RunnerKind::Process);
    const RunId id = fixture.queue->submit(test::endlessSpec());
    VERIFY(fixture.waitForSteps(id, 1));
    const std::string process = readFile(fixture.layout().run(id) / "worker.pid");
    ::kill(static_cast<pid_t>(std::stol(process)), SIGKILL);
    fixture.queue->drain();
    const RunRecord record = fixture.record(id);
    VERIFY(record.status == RunStatus::Failed);
    VERIFY2(record.failure->message.find("ended by signal 9 (Killed)") != std::string::npos,
            record.failure->message);
    VERIFY2(record.failure->message.find("resume") != std::string::npos, record.failure->message);
    COMPARE(record.failure->during, lastLabel(fixture.layout().journal(id)));
    VERIFY2(record.failure->during != "Working", "the journal told of progress");
}

TEST(aRequestThatComesBeforeTheWorkerListensIsKept)
{
    QueueFixture fixture(RunnerKind::Process);
    const RunId stopped = fixture.queue->submit(test::endlessSpec());
    fixture.queue->stop(stopped); // its process is loading libraries, or is just being started
    fixture.queue->drain();
    VERIFY(fixture.status(stopped) == RunStatus::Cancelled);
    const RunId paused = fixture.queue->submit(test::endlessSpec());
    VERIFY(test::waitUntil(
        [&] { return std::filesystem::exists(fixture.layout().run(paused) / "worker.pid"); }));
    fixture.queue->pause(paused);
    fixture.queue->drain();
    VERIFY(fixture.status(paused) == RunStatus::Paused);
}

TEST(aWorkerOutlivesItsWindowAndIsFollowedAgain)
{
    QueueFixture fixture(RunnerKind::Process);
    const RunId id = fixture.queue->submit(test::endlessSpec());
    VERIFY(fixture.waitForSteps(id, 1));
    const std::size_t before = fixture.reader().series(id, "train/loss/total").size();
    fixture.close();
    fixture.open();
    VERIFY(fixture.status(id) == RunStatus::Running);
    VERIFY(fixture.waitForSteps(id, before + 3)); // rows go on
    fixture.queue->stop(id);
    fixture.queue->drain();
    VERIFY(fixture.status(id) == RunStatus::Cancelled);
}

TEST(aWorkerProgramThatIsMissingIsAFailedRun)
{
    const test::TempFolder folder;
    ExperimentStore store(folder.path());
    test::CountingObserver observer;
    JobQueue queue(store, test::builtMethods(), observer,
                   {.workerProgram = "/nowhere/espalier-run"});
    const RunId id = queue.submit(test::shortSpec());
    queue.drain();
    const RunRecord record = StoreReader(folder.path()).run(id).value();
    VERIFY(record.status == RunStatus::Failed);
    VERIFY2(record.failure->message.find("Cannot start the worker /nowhere/espalier-run") !=
                std::string::npos,
            record.failure->message);
}
