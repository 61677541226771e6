// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/method/MethodCatalog.h"
#include "core/train/Frozen.h"
#include "core/train/NextTokenPass.h"
#include "tests/core/train/TrainHarness.h"
#include "tests/support/Test.h"

#include <ATen/core/grad_mode.h>

#include <cmath>

using namespace espalier;
using namespace espalier::test;

namespace {

const Method& method()
{
    static const MethodCatalog kCatalog(pluginFolders({}));
    return kCatalog.require("train-language-model");
}

ParamValues shortTraining(const ParamValues& more = {})
{
    ParamValues values = {{"steps", 12},
                          {"learning-rate", 5e-3},
                          {"checkpoint-every", 5},
                          {"evaluate-every", 4},
                          {"accumulate", 2}};
    for (const auto& [key, value] : more) {
        values[key] = value;
    }
    return values;
}

void trainModel(RunInputs inputs, const ParamValues& values, TrainMonitor& monitor)
{
    inputs.teacher = nullptr;
    const auto issues = method().issues(values, nullptr);
    VERIFY2(issues.empty(), issues.empty() ? "" : issues.front().message);
    RunContext run(std::move(inputs), monitor);
    method().run(run, completed(values, method().params()));
    monitor.series.erase("train/tokens_per_second");
}

/// Mean of -log softmax(z)[y] by loops in double.
double crossEntropyByHand(CausalLM& model, const Tensor& windows)
{
    const at::NoGradGuard noGrad;
    const Tensor logits = model.logits(windows.to(at::kLong)).to(at::kDouble).contiguous();
    const std::int64_t length = windows.size(1), vocabulary = logits.size(2);
    double sum = 0;
    for (std::int64_t w = 0; w < windows.size(0); ++w) {
        for (std::int64_t t = 0; t + 1 < length; ++t) {
            const double* z = logits.const_data_ptr<double>() + (w * length + t) * vocabulary;
            double all = 0;
            for (std::int64_t v = 0; v < vocabulary; ++v) {
                all += std::exp(z[v]);
            }
            sum -= z[windows[w][t + 1].item<std::int64_t>()] - std::log(all);
        }
    }
    return sum / static_cast<double>(windows.size(0) * (length - 1));
}

} // namespace

TEST(theHeldOutLossIsTheCrossEntropy)
{
    const TinyPair pair;
    const auto model = pair.student({});
    const double before = crossEntropyByHand(*model, pair.heldOut.tokens);
    TrainMonitor monitor;
    trainModel(pair.inputs(*model, pair.folder.path() / "run"), shortTraining(), monitor);
    COMPARE_CLOSE(monitor.series.at("held_out/loss/ce").front().value, before, 1e-5);
    COMPARE_CLOSE(monitor.last("held_out/loss/ce"), crossEntropyByHand(*model, pair.heldOut.tokens),
                  1e-5);
    VERIFY(monitor.last("train/loss/total") < monitor.series.at("train/loss/total")[0].value);
    VERIFY(!monitor.series.contains("train/kl/mean")); // there is no teacher
}

TEST(gradientsAreThoseOfAllLogitsAtOnce)
{
    const TinyPair pair;
    for (const Activations activations : {Activations::Held, Activations::Recomputed}) {
        const auto model = pair.student({}), reference = pair.student({});
        std::vector<Tensor> parameters = model->parameters(), expected = reference->parameters();
        for (std::vector<Tensor>* some : {&parameters, &expected}) {
            for (Tensor& parameter : *some) {
                parameter.requires_grad_(true);
            }
        }
        const Tensor windows = pair.calibration.tokens.narrow(0, 0, 3).to(at::kLong);
        const NextTokenPass pass(*model, Compute::AsStored, at::kCPU, activations);
        const HeadLossSums sums =
            pass.backward(windows, [&](const Tensor& hidden, HeadGradients& into) {
                return chunkedHeadLoss({.divergences = {}, .crossEntropyWeight = 1, .chunkRows = 7},
                                       {hidden, model->headWeight()}, {},
                                       NextTokenPass::targets(windows), 1.0, &into);
            });
        const Tensor logits = reference->logits(NextTokenPass::inputs(windows));
        const Tensor loss =
            at::cross_entropy_loss(logits.reshape({-1, logits.size(-1)}),
                                   NextTokenPass::targets(windows), {}, at::Reduction::Sum);
        loss.backward();
        COMPARE_CLOSE(sums.crossEntropy, loss.item<double>(), 1e-3);
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            VERIFY2(at::allclose(parameters[i].grad(), expected[i].grad(), 1e-4, 1e-5),
                    std::to_string(i));
        }
    }
}

TEST(recomputedActivationsGiveTheSameWeights)
{
    const TinyPair pair;
    const auto held = pair.student({}), recomputed = pair.student({});
    TrainMonitor first, second;
    trainModel(pair.inputs(*held, pair.folder.path() / "held"), shortTraining(), first);
    trainModel(pair.inputs(*recomputed, pair.folder.path() / "recomputed"),
               shortTraining({{"gradient-checkpointing", true}}), second);
    const auto a = weightsOf(*held), b = weightsOf(*recomputed);
    for (std::size_t i = 0; i < a.size(); ++i) {
        VERIFY2(at::allclose(a[i], b[i], 1e-4, 1e-6), std::to_string(i));
    }
}

TEST(frozenParametersStayAsTheyAre)
{
    const TinyPair pair;
    const auto model = pair.student({});
    const auto before = weightsOf(*model);
    TrainMonitor monitor;
    trainModel(pair.inputs(*model, pair.folder.path() / "run"),
               shortTraining({{"freeze", "*embed*, model.layers.0.*"}}), monitor);
    const auto named = model->namedParameters();
    std::int64_t frozen = 0;
    for (std::size_t i = 0; i < named.size(); ++i) {
        const auto& [name, tensor] = named[i];
        const bool isFrozen =
            name.find("embed") != std::string::npos || name.starts_with("model.layers.0.");
        VERIFY2(at::equal(tensor, before[i]) == isFrozen, name);
        VERIFY2(!tensor.requires_grad() && !tensor.grad().defined(), name);
        frozen += isFrozen ? 1 : 0;
    }
    VERIFY(frozen > 5);
    TrainMonitor refused;
    VERIFY_FAILS(trainModel(pair.inputs(*model, pair.folder.path() / "a"),
                            shortTraining({{"freeze", "nothing.like.this"}}), refused),
                 ErrorCode::InvalidInput, "no parameter has such a name");
    VERIFY_FAILS(trainModel(pair.inputs(*model, pair.folder.path() / "b"),
                            shortTraining({{"freeze", "*"}}), refused),
                 ErrorCode::InvalidInput, "nothing to train");
}

TEST(namesMatchPatterns)
{
    VERIFY(matches("a.b.c", "a.b.c") && matches("a.b.c", "*") && matches("a.b.c", "a.*c"));
    VERIFY(matches("a.b.c", "*b*") && matches("", "*") && matches("abab", "*ab"));
    VERIFY(!matches("a.b.c", "a.b") && !matches("a.b.c", "b*") && !matches("", "a"));
}

TEST(stoppedAndResumedEqualsUninterrupted)
{
    const TinyPair pair;
    const ParamValues values = shortTraining({{"freeze", "*norm*"}});
    const auto whole = pair.student({});
    TrainMonitor wholeMonitor;
    trainModel(pair.inputs(*whole, pair.folder.path() / "whole"), values, wholeMonitor);
    TrainMonitor before;
    before.stopAfter = 9;
    const Path folder = pair.folder.path() / "stopped";
    const auto first = pair.student({});
    bool stopped = false;
    try {
        trainModel(pair.inputs(*first, folder), values, before);
    } catch (const Cancelled&) {
        stopped = true;
    }
    VERIFY(stopped);
    const auto second = pair.student({});
    RunInputs inputs = pair.inputs(*second, folder);
    inputs.resume = before.resumePoint;
    TrainMonitor after;
    trainModel(std::move(inputs), values, after);
    VERIFY(equalBits(weightsOf(*whole), weightsOf(*second)));
}

TEST(windowsOfOneTokenAreRefused)
{
    const TinyPair pair;
    const auto model = pair.student({});
    RunInputs inputs = pair.inputs(*model, pair.folder.path() / "run");
    const CalibrationSet single = randomWindows(4, 1, 96, 3);
    inputs.calibration = &single;
    TrainMonitor monitor;
    VERIFY_FAILS(trainModel(std::move(inputs), shortTraining(), monitor), ErrorCode::InvalidInput,
                 "no next token");
}
