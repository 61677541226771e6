// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/Journal.h"
#include "core/store/ExperimentStore.h"
#include "core/store/StoreReader.h"
#include "tests/core/store/StoreDump.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <cmath>
#include <fstream>
#include <limits>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace espalier;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

RunSpec sampleSpec(const std::string& experiment = "Halving")
{
    return {.title = "Half",
            .experiment = experiment,
            .method = "prune-wanda",
            .params = {{"sparsity", 0.5}},
            .model = "/models/stories",
            .seed = 3,
            .priority = 2};
}

/// What a worker would write.
void writeRun(const Path& file)
{
    JournalWriter journal(file);
    journal.status(RunStatus::Running);
    journal.provenance({{"host", "h"}});
    journal.progress({.stage = "compress", .label = "Block 1/2", .done = 1, .total = 2, .atMs = 5});
    journal.metric("train/loss", {1, 2.5, 10}, "nats");
    journal.metric("train/loss", {2, kNan, 11});
    journal.metric("train/loss", {3, kInfinity, 12});
    journal.metric("train/rate", {1, 0.25, 10});
    journal.metric("sparsity/blocks.0.q", {0, 0.5, 13});
    journal.event(EventLevel::Info, "first");
    journal.event(EventLevel::Warning, "second");
    journal.artifact({"model", "export", "ab", 7});
    journal.artifact({"model", "export", "cd", 8});
    journal.status(RunStatus::Failed,
                   Failure{ErrorCode::Numeric, "The loss is not a number.", "Step 3"});
}

void append(const Path& file, std::string_view text)
{
    std::ofstream(file, std::ios::app) << text;
}

} // namespace

TEST(createdRunReadsBack)
{
    const test::TempFolder folder;
    ExperimentStore store(folder.path() / "new" / "workspace");
    const RunId id = store.createRun(sampleSpec(), 4);
    COMPARE(toText(id), "0001");
    StoreReader reader(store.layout().folder);
    const auto run = reader.run(id);
    VERIFY(run.has_value());
    VERIFY(run->spec == sampleSpec());
    VERIFY(run->status == RunStatus::Waiting && run->parent == RunId::None && !run->isStudy);
    COMPARE(run->methodVersion, 4);
    VERIFY(run->createdMs > 0 && run->startedMs == 0 && run->endedMs == 0);
    VERIFY(!run->failure && !run->progress && run->artifacts.empty());
    VERIFY(!reader.run(RunId{2}) && !reader.run(RunId::None));
}

TEST(journalBecomesRows)
{
    const test::TempFolder folder;
    ExperimentStore store(folder.path());
    const RunId id = store.createRun(sampleSpec(), 1);
    writeRun(store.layout().journal(id));
    store.ingest(id);
    store.flush();
    StoreReader reader(folder.path());
    const RunRecord run = *reader.run(id);
    VERIFY(run.status == RunStatus::Failed && run.startedMs > 0 && run.endedMs >= run.startedMs);
    VERIFY(run.failure == (Failure{ErrorCode::Numeric, "The loss is not a number.", "Step 3"}));
    COMPARE(run.provenance["host"].get<std::string>(), "h");
    VERIFY(run.progress == (RunProgress{"compress", "Block 1/2", 1, 2, 5, -1}));
    VERIFY(run.artifacts == (std::vector<Artifact>{{"model", "export", "cd", 8}}));
    const auto points = reader.series(id, "train/loss");
    COMPARE(points.size(), 3U);
    VERIFY((points[0] == MetricPoint{1, 2.5, 10}));
    VERIFY(std::isnan(points[1].value) && points[2].value == kInfinity);
    Database database(store.layout().database(), DatabaseAccess::Read);
    COMPARE(database.integer("SELECT count(*) FROM metric_points WHERE value IS NULL"), 1);
    const auto events = reader.events(id);
    COMPARE(events.size(), 2U);
    COMPARE(events[0].text, "first");
    VERIFY(events[1].level == EventLevel::Warning);
    VERIFY(reader.events(id, 1).front().text == "second");
}

TEST(onlyWholeLinesCountAndReadingGoesOn)
{
    const test::TempFolder folder;
    ExperimentStore store(folder.path());
    const RunId id = store.createRun(sampleSpec(), 1);
    const Path journal = store.layout().journal(id);
    StoreReader reader(folder.path());
    append(journal, R"({"t":"metric","name":"m","step":1,"value":1,"at":5})"
                    "\n"
                    R"({"t":"metric","name":"m","step":2,"val)");
    store.ingest(id);
    store.flush();
    COMPARE(reader.series(id, "m").size(), 1U);
    append(journal, "ue\":2,\"at\":5}\n");
    store.ingest(id);
    store.flush();
    COMPARE(reader.series(id, "m").size(), 2U);
    append(journal, "rubbish\n{\"t\":\"unheard of\"}\n{\"t\":\"event\",\"text\":\"later\"}\n");
    store.ingest(id);
    store.flush();
    const auto events = reader.events(id);
    COMPARE(events.size(), 2U);
    VERIFY(events[0].text.find("cannot be read") != std::string::npos);
    COMPARE(events[1].text, "later");
}

TEST(cutJournalIsReadAnewEvenWhenItGrewAgain)
{
    const test::TempFolder folder;
    ExperimentStore store(folder.path());
    const RunId id = store.createRun(sampleSpec(), 1);
    StoreReader reader(folder.path());
    JournalWriter journal(store.layout().journal(id));
    const std::int64_t checkpoint = journal.offset();
    journal.metric("m", {1, 1, 5});
    journal.metric("gone", {1, 1, 5});
    store.setTags(id, {"kept"});
    store.ingest(id);
    store.flush();
    journal.truncate(checkpoint);
    store.ingest(id);
    store.flush();
    VERIFY(reader.series(id, "m").empty());
    journal.metric("m", {1, 2, 6});
    store.ingest(id);
    store.flush();
    journal.truncate(checkpoint);
    for (int step = 1; step < 50; ++step) { // longer than what was read
        journal.metric("m", {step, 3, 7});
    }
    store.ingest(id);
    store.flush();
    const auto points = reader.series(id, "m");
    COMPARE(points.size(), 49U);
    COMPARE(points.front().value, 3.0);
    VERIFY(reader.run(id)->tags == std::vector<std::string>{"kept"});
    VERIFY(reader.run(id)->status == RunStatus::Waiting);
}

TEST(studiesHoldMembers)
{
    const test::TempFolder folder;
    ExperimentStore store(folder.path());
    const RunId study = store.createStudy("Grid", "Halving");
    const RunId first = store.createRun(sampleSpec(), 1, study),
                second = store.createRun(sampleSpec("Other"), 1);
    StoreReader reader(folder.path());
    VERIFY(reader.run(study)->isStudy);
    COMPARE(reader.members(study).size(), 1U);
    VERIFY(reader.members(study).front().id == first);
    COMPARE(reader.runs().size(), 3U);
    VERIFY(reader.runs().front().id == second);
    COMPARE(reader.runs("Halving").size(), 2U);
    VERIFY_FAILS(store.removeRun(study), ErrorCode::InvalidInput, "still has members");
    store.setStatus(first, RunStatus::Cancelled);
    store.removeRun(first);
    store.removeRun(study);
    COMPARE(reader.runs().size(), 1U);
}

TEST(statusesOfRunsNobodyHolds)
{
    const test::TempFolder folder;
    ExperimentStore store(folder.path());
    const RunId id = store.createRun(sampleSpec(), 1);
    StoreReader reader(folder.path());
    const auto set = [&](RunStatus status) {
        store.setStatus(id, status);
        store.flush();
        return *reader.run(id);
    };
    VERIFY(set(RunStatus::Running).startedMs > 0);
    VERIFY(set(RunStatus::Interrupted).endedMs > 0);
    VERIFY(set(RunStatus::Waiting).endedMs == 0);
    VERIFY(set(RunStatus::Succeeded).endedMs > 0);
}

TEST(openingMarksNothingAndCatchesUp)
{
    const test::TempFolder folder;
    RunId id{};
    {
        ExperimentStore store(folder.path());
        id = store.createRun(sampleSpec(), 1);
        store.setStatus(id, RunStatus::Running);
    }
    JournalWriter(WorkspaceLayout{folder.path()}.journal(id)).metric("m", {1, 1, 5});
    const ExperimentStore store(folder.path());
    StoreReader reader(folder.path());
    VERIFY(reader.run(id)->status == RunStatus::Running);
    COMPARE(reader.series(id, "m").size(), 1U);
}

TEST(removedIdsAreNotUsedAgain)
{
    const test::TempFolder folder;
    {
        ExperimentStore store(folder.path());
        const RunId one = store.createRun(sampleSpec(), 1), two = store.createRun(sampleSpec(), 1);
        VERIFY_FAILS(store.removeRun(two), ErrorCode::InvalidInput, "The run 0002 is waiting");
        store.setStatus(two, RunStatus::Succeeded);
        store.removeRun(two);
        VERIFY(!std::filesystem::exists(store.layout().run(two)));
        VERIFY(std::filesystem::exists(store.layout().run(one)));
        VERIFY_FAILS(store.removeRun(RunId{9}), ErrorCode::NotFound, "0009");
    }
    ExperimentStore store(folder.path());
    COMPARE(toText(store.createRun(sampleSpec(), 1)), "0003");
}

TEST(missingJournalIsToldByFlush)
{
    const test::TempFolder folder;
    ExperimentStore store(folder.path());
    store.ingest(RunId{7});
    VERIFY_FAILS(store.flush(), ErrorCode::NotFound, "0007");
    store.flush();
    VERIFY(store.createRun(sampleSpec(), 1) == RunId{1});
}

TEST(secondWriterIsRefused)
{
    const test::TempFolder folder;
    const ExperimentStore store(folder.path());
    VERIFY_FAILS(ExperimentStore(folder.path()), ErrorCode::InvalidInput,
                 "already open for writing by process " + std::to_string(::getpid()));
    const pid_t child = ::fork();
    if (child == 0) {
        int outcome = 1;
        try {
            const ExperimentStore second(folder.path());
        } catch (const Error& error) {
            outcome = error.code() == ErrorCode::InvalidInput ? 42 : 2;
        }
        ::_exit(outcome);
    }
    int status = 0;
    VERIFY(::waitpid(child, &status, 0) == child);
    COMPARE(WEXITSTATUS(status), 42);
    VERIFY(StoreReader(folder.path()).runs().empty()); // readers are welcome
}

TEST(manyPointsAndManyThreads)
{
    const test::TempFolder folder;
    ExperimentStore store(folder.path());
    const RunId id = store.createRun(sampleSpec(), 1);
    {
        JournalWriter journal(store.layout().journal(id));
        const auto write = [&](std::int64_t first) {
            for (std::int64_t step = first; step < first + 50000; ++step) {
                journal.metric("m", {step, 0.5, 9});
                if (step % 1000 == 0) {
                    store.ingest(id);
                }
            }
        };
        std::jthread one([&] { write(0); }), two([&] { write(50000); });
    }
    store.ingest(id);
    store.flush();
    COMPARE(StoreReader(folder.path()).series(id, "m").size(), 100000U);
    COMPARE(StoreReader(folder.path()).events(id).size(), 0U);
}
