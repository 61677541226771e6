// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/JournalMonitor.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

using namespace espalier;

namespace {

struct Bench {
    test::TempFolder folder;
    JournalWriter journal{folder.path() / "journal.jsonl"};
    std::atomic<StopRequest> stop{StopRequest::None};
    JournalMonitor monitor{journal, folder.path(), stop};

    std::vector<Json> lines() const
    {
        JournalReader reader(folder.path() / "journal.jsonl");
        std::vector<Json> all;
        while (const auto line = reader.next()) {
            all.push_back(*line);
        }
        return all;
    }
};

} // namespace

TEST(aResumePointKeepsTheJournalsPlaceAndTheState)
{
    Bench bench;
    VERIFY(!ResumePoint::read(bench.folder.path()).has_value());
    bench.monitor.metric("m", {1, 0.5, 5}, "nat");
    const std::int64_t before = bench.journal.offset();
    bench.monitor.saveResumePoint({{"blocks", 2}});
    bench.monitor.metric("m", {2, 0.25, 5}, "nat");
    const auto point = ResumePoint::read(bench.folder.path());
    COMPARE(point->journalOffset, before);
    COMPARE(point->state.at("blocks").get<int>(), 2);
    bench.journal.truncate(point->journalOffset);
    COMPARE(bench.lines().size(), 1U);
}

TEST(aBrokenResumePointIsRefusedInWords)
{
    const test::TempFolder folder;
    for (const char* text : {"{}", "[]", R"({"journal_offset": "12"})"}) {
        writeFileAtomically(ResumePoint::fileOf(folder.path()), text);
        VERIFY_FAILS(ResumePoint::read(folder.path()), ErrorCode::Corrupt,
                     "no whole number journal_offset. Retry the run from the beginning.");
    }
    writeFileAtomically(ResumePoint::fileOf(folder.path()), "{\"journal");
    VERIFY_FAILS(ResumePoint::read(folder.path()), ErrorCode::Corrupt, "resume.json");
}

TEST(fastStepsAreThinnedButEnds)
{
    Bench bench;
    constexpr std::int64_t kSteps = 1000;
    for (std::int64_t done = 0; done <= kSteps; ++done) {
        bench.monitor.progress({.stage = "compress",
                                .label = "Block " + std::to_string(done),
                                .done = done,
                                .total = kSteps});
    }
    bench.monitor.progress({.stage = "evaluate", .label = "Perplexity", .done = 0, .total = 9});
    const std::vector<Json> lines = bench.lines();
    VERIFY2(lines.size() < 100, std::to_string(lines.size()));
    COMPARE(lines.front().at("done").get<int>(), 0);
    COMPARE(lines[lines.size() - 2].at("done").get<int>(), 1000);
    COMPARE(lines.back().at("stage").get<std::string>(), "evaluate");
    COMPARE(bench.monitor.lastLabel(), "Perplexity");
}

TEST(aStopRequestIsSeenAtOnce)
{
    Bench bench;
    VERIFY(!bench.monitor.stopRequested());
    bench.stop = StopRequest::Pause;
    VERIFY(bench.monitor.stopRequested());
}
