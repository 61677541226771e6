// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Random.h"
#include "core/jobs/JobQueue.h"
#include "core/method/MethodCatalog.h"
#include "core/store/ExperimentStore.h"
#include "core/store/StoreReader.h"
#include "tests/support/Process.h"
#include "tests/support/RunSamples.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <csignal>
#include <cstdio>
#include <thread>

// Every method's worker is killed at ten random moments. Resumed, each run must end as if nothing
// had happened: equal weights, equal series.

using namespace espalier;

namespace {

constexpr int kMoments = 10;
constexpr int kLeastKilled = 8; // a run on a fast machine may end before the signal comes

class NoObserver : public RunObserver {
    void runChanged(RunId) override {}
};

/// A workspace whose runs are executed by child processes.
struct Bench {
    test::TempFolder folder;
    MethodCatalog methods{{test::binaryFolder() / "lib" / "espalier" / "methods"}};
    NoObserver observer;
    ExperimentStore store{folder.path()};
    JobQueue queue{
        store, methods, observer,
        QueueOptions{.workerProgram = test::runnerProgram(),
                     .builtinData = test::demoFolder(),
                     .pluginFolders = {test::binaryFolder() / "lib" / "espalier" / "methods"}}};

    StoreReader reader() const { return StoreReader(folder.path()); }

    RunRecord record(RunId id) const { return reader().run(id).value(); }

    std::uintmax_t journalSize(RunId id) const
    {
        std::error_code missing;
        const auto size = std::filesystem::file_size(store.layout().journal(id), missing);
        return missing ? 0 : size;
    }
};

/// A moment in a run's life: so much of its journal is written, and a little later.
struct Moment {
    double share = 0; // 0: the worker has just been started
    int laterMs = 0;
};

Moment randomMoment(Random& random)
{
    constexpr int kMostLaterMs = 30;
    return {.share = random.uniform(),
            .laterMs = static_cast<int>(random.uniform() * kMostLaterMs)};
}

/// Kills the run's worker at the moment.
void killAt(const Bench& bench, RunId id, const Moment& moment, std::uintmax_t wholeJournal)
{
    const Path processFile = bench.store.layout().run(id) / "worker.pid";
    VERIFY(test::waitUntil([&] { return std::filesystem::exists(processFile); }));
    const auto process = static_cast<pid_t>(std::stol(readFile(processFile)));
    const auto wanted =
        static_cast<std::uintmax_t>(moment.share * static_cast<double>(wholeJournal));
    VERIFY(test::waitUntil(
        [&] { return bench.journalSize(id) >= wanted || ::kill(process, 0) != 0; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(moment.laterMs));
    ::kill(process, SIGKILL);
}

/// Temporary files and exports under construction, anywhere in the workspace.
std::size_t halfWritten(const Path& workspace)
{
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(workspace)) {
        const std::string name = entry.path().filename().string();
        count +=
            name.find(".tmp-") != std::string::npos || name.find(".partial-") != std::string::npos
                ? 1
                : 0;
    }
    return count;
}

void verifyKilled(const RunRecord& record)
{
    VERIFY2(record.status == RunStatus::Failed, std::string(nameOf(record.status)));
    VERIFY2(record.failure->message.find("ended by signal 9 (Killed)") != std::string::npos,
            record.failure->message);
}

void survivesKills(const std::string& method)
{
    Bench bench;
    const RunSpec spec = test::sampleSpec(method);
    const RunId whole = bench.queue.submit(spec);
    bench.queue.drain();
    VERIFY(bench.record(whole).status == RunStatus::Succeeded);
    const std::string weights = test::weightsHash(bench.store.layout(), whole);
    const auto numbers = test::numbersOf(bench.reader(), whole);
    const auto series = test::seriesNames(bench.reader(), whole);
    const std::uintmax_t wholeJournal = bench.journalSize(whole);

    Random random(2026);
    int killed = 0;
    for (int i = 0; i < kMoments; ++i) {
        const Moment moment = randomMoment(random);
        const std::string place = method + " killed at " + std::to_string(moment.share) + " + " +
                                  std::to_string(moment.laterMs) + " ms: ";
        const RunId id = bench.queue.submit(spec);
        killAt(bench, id, moment, wholeJournal);
        bench.queue.drain();
        if (bench.record(id).status != RunStatus::Succeeded) {
            ++killed;
            verifyKilled(bench.record(id));
            VERIFY2(halfWritten(bench.folder.path()) == 0, place + "files were left half-written");
            bench.queue.resume(id);
            bench.queue.drain();
        }
        const RunRecord record = bench.record(id);
        VERIFY2(record.status == RunStatus::Succeeded,
                place + (record.failure ? record.failure->message : "not succeeded"));
        VERIFY2(!record.failure.has_value(), place + "the old failure is still there");
        VERIFY2(test::weightsHash(bench.store.layout(), id) == weights, place + "other weights");
        VERIFY2(test::numbersOf(bench.reader(), id) == numbers, place + "other series");
        VERIFY2(test::seriesNames(bench.reader(), id) == series, place + "other series names");
    }
    VERIFY2(killed >= kLeastKilled, std::to_string(killed) + " of the workers were killed");
    COMPARE(checkStore(bench.folder.path()).size(), 0U);
}

} // namespace

TEST(magnitudeSurvivesKills)
{
    survivesKills("prune-magnitude");
}

TEST(wandaSurvivesKills)
{
    survivesKills("prune-wanda");
}

TEST(sparseGptSurvivesKills)
{
    survivesKills("prune-sparsegpt");
}

TEST(distillationSurvivesKills)
{
    survivesKills("distill-logits");
}

TEST(aRunSurvivesBeingKilledAgainAndAgain)
{
    Bench bench;
    const RunSpec spec = test::sampleSpec("distill-logits");
    const RunId whole = bench.queue.submit(spec);
    bench.queue.drain();
    const std::uintmax_t wholeJournal = bench.journalSize(whole);
    const RunId id = bench.queue.submit(spec);
    for (const double share : {0.3, 0.5, 0.4, 0.8}) {
        killAt(bench, id, {.share = share}, wholeJournal);
        bench.queue.drain();
        std::filesystem::remove(bench.store.layout().run(id) / "worker.pid"); // of the one before
        bench.queue.resume(id);
    }
    bench.queue.drain();
    VERIFY(bench.record(id).status == RunStatus::Succeeded);
    COMPARE(test::weightsHash(bench.store.layout(), id),
            test::weightsHash(bench.store.layout(), whole));
    VERIFY(test::numbersOf(bench.reader(), id) == test::numbersOf(bench.reader(), whole));
}
