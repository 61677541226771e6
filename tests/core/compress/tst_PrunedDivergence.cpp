// SPDX-License-Identifier: GPL-3.0-or-later
// The divergence after every block against whole logits in fp64.
#include "core/compress/Layerwise.h"
#include "tests/support/MethodBench.h"
#include "tests/support/Test.h"

#include <ATen/core/grad_mode.h>

using namespace espalier;
using namespace espalier::test;

namespace {

/// Mean over the predicted positions of KL(dense || other), from all the logits.
double slowKl(CausalLM& dense, CausalLM& other, const Tensor& ids)
{
    const at::NoGradGuard noGradients;
    const Tensor tokens = ids.to(at::kLong);
    const auto logProbabilities = [&](CausalLM& model) {
        const Tensor logits = model.logits(tokens).to(at::kDouble);
        return at::log_softmax(logits.narrow(1, 0, tokens.size(1) - 1), -1);
    };
    const Tensor logP = logProbabilities(dense);
    const Tensor logQ = logProbabilities(other);
    return (logP.exp() * (logP - logQ)).sum(-1).mean().item<double>();
}

/// Gives `model` the weights that `pruned` has in block `index`.
void takeBlock(CausalLM& model, CausalLM& pruned, std::int64_t index)
{
    const auto target = model.lease(index)->tensors(index);
    const auto source = pruned.lease(index)->tensors(index);
    for (std::size_t i = 0; i < target.size(); ++i) {
        Tensor weight = target[i].second;
        weight.copy_(source[i].second);
    }
}

} // namespace

TEST(everyBlockIsMeasuredWithTheLaterOnesDense)
{
    const Bench bench;
    for (const char* method : {"prune-wanda", "prune-magnitude", "prune-sparsegpt"}) {
        const auto pruned = bench.open();
        MemoryMonitor monitor;
        runMethod(bench.run(method, {{"block-kl-windows", std::int64_t{5}}}), *pruned, monitor);
        const auto dense = bench.open();
        const auto mixed = bench.open();
        const Tensor probed = bench.calibration.tokens.narrow(0, 0, 5);
        double last = 0;
        for (std::int64_t index = 0; index < 3; ++index) {
            takeBlock(*mixed, *pruned, index);
            const double expected = slowKl(*dense, *mixed, probed);
            VERIFY(expected > 1e-4);
            VERIFY(expected != last);
            COMPARE_CLOSE(monitor.value("kl/block." + std::to_string(index)), expected,
                          expected * 1e-3);
            last = expected;
        }
    }
}

TEST(measuringChangesNoWeight)
{
    const Bench bench;
    const auto measured = bench.open();
    const auto plain = bench.open();
    MemoryMonitor one, two;
    runMethod(bench.run("prune-sparsegpt", {{"block-kl-windows", std::int64_t{6}}}, "one"),
              *measured, one);
    runMethod(bench.run("prune-sparsegpt", {}, "two"), *plain, two);
    VERIFY(sameBits(weightsOf(*measured), weightsOf(*plain)));
    VERIFY(!two.series.contains("kl/block.0"));
    COMPARE(one.series.size(), two.series.size() + 3);
}

TEST(aRunWithoutWindowsIsRefused)
{
    const Bench bench;
    const auto model = bench.open();
    MemoryMonitor monitor;
    MethodRun run = bench.run("prune-magnitude", {{"block-kl-windows", std::int64_t{1}}});
    run.calibration = nullptr;
    VERIFY_FAILS(runMethod(run, *model, monitor), ErrorCode::InvalidInput, "calibration");
}
