// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/Journal.h"
#include "core/store/ExperimentStore.h"
#include "core/store/StoreReader.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

using namespace espalier;

namespace {

const RunSpec kSpec{.method = "none", .model = "/m"};

} // namespace

TEST(seriesAreFoundByPrefix)
{
    const test::TempFolder folder;
    ExperimentStore store(folder.path());
    const RunId one = store.createRun(kSpec, 1), two = store.createRun(kSpec, 1);
    for (const RunId id : {one, two}) {
        JournalWriter journal(store.layout().journal(id));
        journal.metric("train/loss", {1, 2.5, 10}, "nats");
        journal.metric("train/loss", {3, 1.5, 12});
        journal.metric("train/rate", {1, 0.25, 10});
        journal.metric("sparsity/blocks.0.q", {0, 0.5, 13});
        store.ingest(id);
    }
    store.flush();
    StoreReader reader(folder.path());
    const auto under = reader.seriesUnder(one, "train/");
    COMPARE(under.size(), 2U);
    COMPARE(under[0].name, "train/loss");
    COMPARE(under[0].unit, "nats");
    COMPARE(under[1].points.size(), 1U);
    const auto last = reader.lastValues({one, two, RunId{99}}, "train/");
    COMPARE(last.size(), 4U);
    VERIFY(last[0].run == one && last[0].value == 1.5 && last[3].run == two &&
           last[3].value == 0.25);
    VERIFY(reader.lastValues({}, "").empty());
    VERIFY(reader.series(one, "none").empty());
}

TEST(readerSeesChangesOfTheWriter)
{
    const test::TempFolder folder;
    ExperimentStore store(folder.path());
    StoreReader reader(folder.path());
    const std::int64_t before = reader.changeCounter();
    COMPARE(reader.changeCounter(), before);
    store.createRun(kSpec, 1);
    VERIFY(reader.changeCounter() != before);
}
