// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/SeedStream.h"
#include "core/method/RunContext.h"
#include "tests/support/Test.h"

#include <map>
#include <thread>

using namespace espalier;

namespace {

class MemoryMonitor : public RunMonitor {
public:
    void metric(std::string_view name, const MetricPoint& point, std::string_view) override
    {
        values[std::string(name)] = point.value;
    }

    void progress(const RunProgress& progress) override { steps.push_back(progress); }

    void event(EventLevel, std::string_view) override {}

    bool stopRequested() const override
    {
        return stopAfter >= 0 && static_cast<int>(steps.size()) > stopAfter;
    }

    void saveResumePoint(const Json& state) override { saved = state; }

    std::map<std::string, double> values;
    std::vector<RunProgress> steps;
    Json saved;
    int stopAfter = -1;
};

const RunSpec kSpec{.method = "none", .seed = 7};

} // namespace

TEST(trackReportsEachStepAndTheEnd)
{
    MemoryMonitor monitor;
    RunContext run({.spec = &kSpec}, monitor);
    const std::vector<int> items{10, 20, 30};
    int sum = 0;
    for (const int item : run.track("Compressing block", items)) {
        sum += item;
    }
    COMPARE(sum, 60);
    COMPARE(monitor.steps.size(), std::size_t{4});
    COMPARE(monitor.steps[0].label, "Compressing block 1/3");
    COMPARE(monitor.steps[3].done, std::int64_t{3});
}

TEST(aStopRequestUnwindsAtTheNextStep)
{
    MemoryMonitor monitor;
    monitor.stopAfter = 1;
    RunContext run({.spec = &kSpec}, monitor);
    const std::vector<int> items{1, 2, 3, 4};
    int seen = 0;
    bool cancelled = false;
    try {
        for ([[maybe_unused]] const int item : run.track("Step", items)) {
            ++seen;
        }
    } catch (const Cancelled&) {
        cancelled = true;
    }
    VERIFY(cancelled);
    COMPARE(seen, 1);
}

TEST(stagesAddUpAndOuterOnesStandStill)
{
    MemoryMonitor monitor;
    RunContext run({.spec = &kSpec}, monitor);
    {
        const auto outer = run.stage("compress");
        const auto inner = run.stage("calibrate");
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        COMPARE(run.currentStage(), "calibrate");
    }
    run.recordStages();
    VERIFY(monitor.values.at("stage/calibrate/seconds") >= 0.02);
    VERIFY(monitor.values.at("stage/compress/seconds") <
           monitor.values.at("stage/calibrate/seconds"));
    VERIFY(monitor.values.at("stage/calibrate/peak_rss_bytes") > 0);
}

TEST(namedSeedsDifferByNameAndSeed)
{
    MemoryMonitor monitor;
    const RunContext run({.spec = &kSpec}, monitor);
    COMPARE(run.seed("order"), streamSeed(7, "order"));
    VERIFY(run.seed("order") != run.seed("dropout"));
    VERIFY(streamSeed(7, "order") != streamSeed(8, "order"));
}

TEST(whatAMethodNeedsAndLacksIsSaidInWords)
{
    MemoryMonitor monitor;
    RunContext run({.spec = &kSpec}, monitor);
    VERIFY_FAILS(run.teacher(), ErrorCode::InvalidInput, "--teacher");
    VERIFY_FAILS(run.calibration(), ErrorCode::InvalidInput, "--calibration");
}
