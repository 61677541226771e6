// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/TrainLoop.h"
#include "tests/core/train/SmallHidden.h"
#include "tests/core/train/TrainHarness.h"
#include "tests/support/Test.h"

using namespace espalier;
using test::shortTraining;
using test::SmallHidden;

namespace {

struct Finished {
    std::vector<Tensor> weights;
    test::TrainMonitor monitor;
};

void dropTimings(test::TrainMonitor& monitor)
{
    monitor.series.erase("train/tokens_per_second");
}

Finished trained(const test::TinyPair& pair, const Path& folder, const TrainOptions& options)
{
    const auto model = pair.student();
    Finished result;
    RunContext run(pair.inputs(*model, folder), result.monitor);
    SmallHidden objective(*model);
    train(run, options, objective);
    result.weights = test::weightsOf(*model);
    dropTimings(result.monitor);
    return result;
}

std::int64_t filesIn(const Path& folder)
{
    return std::distance(std::filesystem::directory_iterator(folder), {});
}

} // namespace

TEST(lossFallsAndSeriesAreWritten)
{
    const test::TinyPair pair;
    const Finished done = trained(pair, pair.folder.path() / "run", shortTraining());
    const auto& series = done.monitor.series;
    COMPARE(series.at("train/loss/total").size(), std::size_t{9});
    COMPARE(series.at("train/loss/square").front().step, 1);
    COMPARE(series.at("train/gradient_norm").back().step, 9);
    COMPARE_CLOSE(series.at("train/learning_rate").front().value, 1.5e-3, 1e-12);
    std::vector<std::int64_t> evaluated;
    for (const MetricPoint& point : series.at("held_out/loss/total")) {
        evaluated.push_back(point.step);
    }
    COMPARE(evaluated, (std::vector<std::int64_t>{0, 3, 6, 9}));
    const auto& held = series.at("held_out/loss/total");
    VERIFY(held.back().value < 0.9 * held.front().value);
}

TEST(equalSeedsGiveEqualBits)
{
    test::TinyPair pair;
    const Finished first = trained(pair, pair.folder.path() / "a", shortTraining());
    const Finished second = trained(pair, pair.folder.path() / "b", shortTraining());
    VERIFY(test::equalBits(first.weights, second.weights));
    VERIFY(first.monitor.series == second.monitor.series);
    pair.spec.seed = 6;
    VERIFY(!test::equalBits(first.weights,
                            trained(pair, pair.folder.path() / "c", shortTraining()).weights));
}

TEST(stoppedAndResumedEqualsUninterrupted)
{
    const test::TinyPair pair;
    const Finished whole = trained(pair, pair.folder.path() / "whole", shortTraining());
    for (std::int64_t stopAfter = 1; stopAfter < whole.monitor.reports; ++stopAfter) {
        const Path folder = pair.folder.path() / ("stopped-" + std::to_string(stopAfter));
        test::TrainMonitor before;
        before.stopAfter = stopAfter;
        {
            const auto model = pair.student();
            RunContext run(pair.inputs(*model, folder), before);
            SmallHidden objective(*model);
            bool cancelled = false;
            try {
                train(run, shortTraining(), objective);
            } catch (const Cancelled&) {
                cancelled = true;
            }
            VERIFY2(cancelled, std::to_string(stopAfter));
        }
        VERIFY(before.resumePoint.has_value());
        test::TrainMonitor after;
        after.series = before.seriesAtResumePoint; // what the worker leaves of the journal
        const auto model = pair.student();
        RunInputs inputs = pair.inputs(*model, folder);
        inputs.resume = before.resumePoint;
        RunContext run(std::move(inputs), after);
        SmallHidden objective(*model);
        train(run, shortTraining(), objective);
        dropTimings(after);
        VERIFY2(test::equalBits(test::weightsOf(*model), whole.weights), std::to_string(stopAfter));
        VERIFY(after.series == whole.monitor.series);
    }
}

TEST(killedBetweenCheckpointsGoesOnFromTheLast)
{
    const test::TinyPair pair;
    const Path folder = pair.folder.path() / "run";
    const Finished whole = trained(pair, folder, shortTraining()); // leaves step 4 and step 8
    COMPARE(filesIn(folder / "checkpoints"), 2);
    test::TrainMonitor after;
    after.series = whole.monitor.seriesAtResumePoint; // as after a kill just before the end
    const auto model = pair.student();
    RunInputs inputs = pair.inputs(*model, folder);
    inputs.resume = whole.monitor.resumePoint;
    COMPARE(inputs.resume->at("step").get<int>(), 8);
    RunContext run(std::move(inputs), after);
    SmallHidden objective(*model);
    train(run, shortTraining(), objective);
    COMPARE(objective.passes, 2); // one step of two passes was left
    dropTimings(after);
    VERIFY(test::equalBits(test::weightsOf(*model), whole.weights));
    VERIFY(after.series == whole.monitor.series);
}

TEST(onlyTheLastTwoCheckpointsAreKept)
{
    const test::TinyPair pair;
    TrainOptions options = shortTraining();
    options.checkpointEvery = 1;
    const Path folder = pair.folder.path() / "run";
    trained(pair, folder, options);
    COMPARE(filesIn(folder / "checkpoints"), 2);
    VERIFY(std::filesystem::exists(folder / "checkpoints/step-000008.safetensors"));
    VERIFY(std::filesystem::exists(folder / "checkpoints/step-000009.safetensors"));
}

TEST(checkpointOfAnotherModelIsRefused)
{
    const test::TinyPair pair;
    const Path folder = pair.folder.path() / "run";
    const Finished whole = trained(pair, folder, shortTraining());
    const Path other = test::makeTinyModel(pair.folder.path() / "other", {.intermediate = 40});
    const auto model = CausalLM::open(other, {.keepBlocks = {0, 2}});
    test::TrainMonitor monitor;
    RunInputs inputs = pair.inputs(*model, folder);
    inputs.resume = whole.monitor.resumePoint;
    RunContext run(std::move(inputs), monitor);
    SmallHidden objective(*model);
    VERIFY_FAILS(train(run, shortTraining(), objective), ErrorCode::Corrupt, "does not belong");
}

TEST(lossThatIsNoNumberStopsBeforeTheWeights)
{
    const test::TinyPair pair;
    const auto model = pair.student();
    test::TrainMonitor monitor;
    const Path folder = pair.folder.path() / "run";
    RunContext run(pair.inputs(*model, folder), monitor);
    SmallHidden objective(*model);
    objective.breakAt = 11; // in step 6
    TrainOptions options = shortTraining();
    options.checkpointEvery = 5;
    VERIFY_FAILS(train(run, options, objective), ErrorCode::Numeric,
                 "The loss of training step 6 of 9 is nan");
    COMPARE(monitor.resumePoint->at("step").get<int>(), 5);
    // Going on from the checkpoint gives back exactly what is in memory: step 6 touched nothing.
    const std::vector<Tensor> kept = test::weightsOf(*model);
    const auto fresh = pair.student();
    RunInputs inputs = pair.inputs(*fresh, folder);
    inputs.resume = monitor.resumePoint;
    test::TrainMonitor stopped;
    stopped.stopAfter = 1;
    RunContext again(std::move(inputs), stopped);
    SmallHidden same(*fresh);
    try {
        train(again, options, same);
    } catch (const Cancelled&) {
    }
    VERIFY(test::equalBits(test::weightsOf(*fresh), kept));
    for (const Tensor& parameter : model->parameters()) {
        VERIFY(!parameter.requires_grad() && !parameter.grad().defined());
    }
}

TEST(sumsOfUnequalSequencesGiveTheMeanOverTokens)
{
    // 2 tokens at 0.3 and 8 at 0.1: 0.14 a token; a mean of the sequences' means would say 0.20.
    LossSums sums{.total = 2 * 0.3, .parts = {{"kl", 2 * 0.3}}, .tokens = 2};
    sums.add({.total = 8 * 0.1, .parts = {{"kl", 8 * 0.1}}, .tokens = 8});
    COMPARE_CLOSE(sums.total / static_cast<double>(sums.tokens), 0.14, 1e-15);
    COMPARE_CLOSE(sums.parts.at(0).second / static_cast<double>(sums.tokens), 0.14, 1e-15);
}

TEST(unequalMicroBatchesWeighByTokens)
{
    // The gradient of two passes, one of 3 windows and one of 1, is that of the 4 windows at once.
    const test::TinyPair pair;
    const auto model = pair.student();
    for (Tensor& parameter : model->parameters()) {
        parameter.requires_grad_(true);
    }
    SmallHidden objective(*model);
    const Tensor windows = pair.calibration.tokens.narrow(0, 0, 4).to(at::kLong);
    const auto gradients = [&](const std::vector<Tensor>& parts) {
        for (Tensor& parameter : model->parameters()) {
            parameter.mutable_grad().reset();
        }
        const LossSums sums = accumulateStep(objective, parts);
        COMPARE(sums.tokens, windows.numel());
        std::vector<Tensor> all;
        for (const Tensor& parameter : model->parameters()) {
            if (parameter.grad().defined()) {
                all.push_back(parameter.grad().clone());
            }
        }
        return all;
    };
    const auto whole = gradients({windows});
    const auto split = gradients({windows.narrow(0, 0, 3), windows.narrow(0, 3, 1)});
    const auto ragged = gradients({windows.narrow(0, 0, 3), windows.narrow(0, 3, 1).narrow(1, 0, 9),
                                   windows.narrow(0, 3, 1).narrow(1, 9, 8)});
    COMPARE(whole.size(), split.size());
    bool sameWhenCutMidway = true;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        VERIFY(at::allclose(whole[i], split[i], 1e-4, 1e-7));
        sameWhenCutMidway = sameWhenCutMidway && at::allclose(whole[i], ragged[i], 1e-4, 1e-7);
    }
    VERIFY(!sameWhenCutMidway); // cut windows have other contexts: the comparison can fail
}
