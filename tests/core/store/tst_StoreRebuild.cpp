// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/Journal.h"
#include "core/store/ExperimentStore.h"
#include "core/store/StoreReader.h"
#include "tests/core/store/StoreDump.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <fstream>

using namespace espalier;

namespace {

/// Two runs written in turns, a study, a removed run, tags, notes and order.
void fill(ExperimentStore& store)
{
    const RunId study = store.createStudy("Grid", "A");
    const RunId gone = store.createRun({.experiment = "Only here", .method = "none"}, 1);
    const RunId one = store.createRun(
        {.experiment = "B", .method = "m", .model = "run:1", .teacher = "/t"}, 1, study);
    const RunId two = store.createRun({.experiment = "A", .method = "m", .priority = 3}, 2, study);
    JournalWriter first(store.layout().journal(one)), second(store.layout().journal(two));
    for (int step = 0; step < 20; ++step) {
        first.metric(std::string(1, static_cast<char>('a' + step % 3)),
                     {step, step / 3.0, 1000 + step});
        second.metric(std::string(1, static_cast<char>('x' + step % 2)),
                      {step / 2, 1.0 * step, 2000 + step}, "nats");
        store.ingest(step % 2 == 0 ? one : two);
        store.flush(); // so that rows of both runs are made in turns
    }
    first.progress({.stage = "compress", .label = "x", .done = 1, .total = 2, .atMs = 7});
    first.event(EventLevel::Error, "e");
    first.artifact({"model", "export", "ab", 7});
    first.status(RunStatus::Failed, Failure{ErrorCode::Io, "m", "d"});
    second.provenance({{"k", {1, 2}}});
    store.setStatus(gone, RunStatus::Succeeded);
    store.setTags(gone, {"g"});
    store.removeRun(gone);
    store.setTags(one, {"b", "a", "b"});
    store.setTags(two, {"x"});
    store.setTags(two, {});
    store.setNote(two, "first");
    store.setNote(two, "a \"note\"\nof two lines");
    store.setOrder(one, 1.5, -2);
    store.ingest(one);
    store.ingest(two);
    store.flush();
}

} // namespace

TEST(rebuildGivesEqualRows)
{
    const test::TempFolder folder;
    ExperimentStore store(folder.path());
    fill(store);
    const std::string before = test::dumpOf(folder.path());
    VERIFY(before.find("a \"note\"") != std::string::npos &&
           before.find("1.5") != std::string::npos);
    VERIFY(before.find("Only here") == std::string::npos);
    store.rebuild();
    COMPARE(test::dumpOf(folder.path()), before);
    const RunRecord one = *StoreReader(folder.path()).run(RunId{3});
    VERIFY(one.tags == (std::vector<std::string>{"b", "a"}));
    VERIFY(one.order == 1.5 && one.spec.priority == -2);
}

TEST(lostDatabaseComesBack)
{
    const test::TempFolder folder;
    {
        ExperimentStore store(folder.path());
        fill(store);
    }
    const std::string before = test::dumpOf(folder.path());
    std::filesystem::remove(folder.path() / "espalier.db");
    rebuildStore(folder.path());
    COMPARE(test::dumpOf(folder.path()), before);
    VERIFY(checkStore(folder.path()).empty());
}

TEST(damagedDatabaseIsKeptBesideTheNewOne)
{
    const test::TempFolder folder;
    const Path file = folder.path() / "espalier.db";
    {
        ExperimentStore store(folder.path());
        fill(store);
    }
    const std::string before = test::dumpOf(folder.path());
    {
        std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(4096 + 40);
        bytes << std::string(40000, '\x5a');
    }
    VERIFY_FAILS(ExperimentStore(folder.path()), ErrorCode::Corrupt, "espalier-run store rebuild");
    VERIFY(!checkStore(folder.path()).empty());
    rebuildStore(folder.path());
    COMPARE(test::dumpOf(folder.path()), before);
    VERIFY(std::filesystem::exists(folder.path() / "espalier.db.damaged"));
    VERIFY(checkStore(folder.path()).empty());
}

TEST(removedFolderThatSurvivedACrashGoesAtOpening)
{
    const test::TempFolder folder;
    {
        ExperimentStore store(folder.path());
        fill(store);
        std::filesystem::copy(store.layout().run(RunId{3}), store.layout().run(RunId{2}));
    }
    const ExperimentStore store(folder.path());
    VERIFY(!std::filesystem::exists(store.layout().run(RunId{2})));
    VERIFY(!StoreReader(folder.path()).run(RunId{2}));
}

TEST(unreadableRunClosesNoWorkspace)
{
    const test::TempFolder folder;
    {
        ExperimentStore store(folder.path());
        fill(store);
    }
    std::filesystem::create_directories(folder.path() / "runs/0040");
    std::ofstream(folder.path() / "runs/0040/journal.jsonl")
        << R"({"t":"created","id":40,"spec":{"unheard_of":1},"at":1})"
        << "\n";
    std::filesystem::create_directories(folder.path() / "runs/notes");
    ExperimentStore store(folder.path());
    COMPARE(StoreReader(folder.path()).runs().size(), 3U);
    const auto findings = checkStore(folder.path());
    COMPARE(findings.size(), 1U);
    VERIFY(findings[0].find("0040") != std::string::npos);
    COMPARE(toText(store.createRun({.method = "none"}, 1)), "0041");
}

TEST(rowsWithoutJournalAreFound)
{
    const test::TempFolder folder;
    ExperimentStore store(folder.path());
    fill(store);
    std::filesystem::remove(store.layout().journal(RunId{3}));
    const auto findings = checkStore(folder.path());
    VERIFY(findings.size() == 1U &&
           findings[0].find("a rebuild would lose it") != std::string::npos);
}
