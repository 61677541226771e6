// SPDX-License-Identifier: GPL-3.0-or-later
// Equal specs give equal bits: twice, streamed or resident, in one go or after a stop.
#include "core/compress/Layerwise.h"
#include "tests/support/MethodBench.h"
#include "tests/support/Test.h"

using namespace espalier;
using namespace espalier::test;

TEST(equalRunsGiveEqualBitsResidentOrStreamed)
{
    const Bench bench;
    for (const Case& method : cases()) {
        const auto first = bench.open();
        const auto second = bench.open();
        const auto streamed = bench.open(Residency::Streamed);
        MemoryMonitor one, two, three;
        runMethod(bench.run(method.id, method.params, "one"), *first, one);
        runMethod(bench.run(method.id, method.params, "two"), *second, two);
        runMethod(bench.run(method.id, method.params, "three"), *streamed, three);
        VERIFY(sameBits(weightsOf(*first), weightsOf(*second)));
        VERIFY(sameBits(weightsOf(*first), weightsOf(*streamed)));
        VERIFY(values(one) == values(two));
        VERIFY(values(one) == values(three));
    }
}

TEST(aStoppedRunResumesToTheSameBitsAndSeries)
{
    const Bench bench;
    for (const Case& method : cases()) {
        const auto whole = bench.open();
        MemoryMonitor undisturbed;
        runMethod(bench.run(method.id, method.params, "whole"), *whole, undisturbed);
        const std::size_t steps = undisturbed.reports.size();
        for (const Residency residency : {Residency::Resident, Residency::Streamed}) {
            for (std::size_t stopAfter = 1; stopAfter < steps; stopAfter += steps / 7 + 1) {
                const TempFolder folder;
                MethodRun run = bench.run(method.id, method.params);
                run.folder = folder.path();
                MemoryMonitor stopped;
                stopped.stopAfter = stopAfter;
                bool wasStopped = false;
                try {
                    runMethod(run, *bench.open(residency), stopped);
                } catch (const Cancelled&) {
                    wasStopped = true;
                }
                VERIFY(wasStopped);
                MemoryMonitor resumed;
                resumed.series = stopped.seriesAtResumePoint; // the journal is cut back to there
                run.resume = stopped.resumePoint;
                const auto model = bench.open(residency);
                runMethod(run, *model, resumed);
                VERIFY(sameBits(weightsOf(*whole), weightsOf(*model)));
                VERIFY(values(resumed) == values(undisturbed));
                if (residency == Residency::Resident) {
                    for (Linear* linear : model->linears()) {
                        VERIFY(at::equal(linear->mask(), linear->weight().ne(0)));
                    }
                }
            }
        }
    }
}
