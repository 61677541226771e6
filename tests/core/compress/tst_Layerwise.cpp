// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compress/Layerwise.h"
#include "core/compress/Masks.h"
#include "tests/support/FixtureF1.h"
#include "tests/support/MethodBench.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <limits>
#include <map>
#include <set>

using namespace espalier;
using namespace espalier::test;

namespace {

/// What the calibration windows look like to every linear, by a forward pass of our own.
Weights slowWanda(CausalLM& model, const Tensor& ids, double sparsity)
{
    const at::NoGradGuard noGradients;
    Tensor hidden = model.embed(ids.to(at::kLong));
    for (std::int64_t index = 0; index < model.blocks(); ++index) {
        const auto block = model.lease(index);
        std::map<Linear*, Tensor> norms;
        for (Linear* linear : block->linears()) {
            linear->observe([&norms, linear](const Tensor& X) {
                norms[linear] = X.to(at::kDouble).square().sum(0).sqrt();
            });
        }
        block->forward(hidden, nullptr, index);
        for (Linear* linear : block->linears()) {
            linear->observe({});
            linear->setMask(
                keepLargestPerRow(linear->weight().abs() * norms[linear].to(at::kFloat), sparsity));
        }
        hidden = block->forward(hidden, nullptr, index);
    }
    return weightsOf(model);
}

} // namespace

TEST(everyBlockSeesItsPrunedPredecessors)
{
    const Bench bench;
    const auto model = bench.open();
    MemoryMonitor monitor;
    runMethod(bench.run("prune-wanda", {}), *model, monitor);
    const auto expected = bench.open();
    const Weights slow = slowWanda(*expected, bench.calibration.tokens, 0.5);
    for (const auto& [name, weight] : weightsOf(*model)) {
        // Batches of four or six windows sum in another order: a mask bit may differ, hardly ever.
        const auto differing = at::ne(weight.eq(0), slow.at(name).eq(0)).sum().item<std::int64_t>();
        VERIFY2(differing <= 2, name);
    }
}

TEST(recordsEveryLinearAndBlock)
{
    const Bench bench;
    for (const Case& method : cases()) {
        const auto model = bench.open();
        MemoryMonitor monitor;
        runMethod(bench.run(method.id, method.params), *model, monitor);
        std::set<std::string> names;
        for (Linear* linear : model->linears()) {
            const std::string& name = linear->name();
            COMPARE(monitor.series.at("sparsity/" + name).size(), std::size_t{1});
            COMPARE_CLOSE(monitor.value("sparsity/" + name), linear->sparsity(), 1e-12);
            COMPARE_CLOSE(monitor.value("mask_sparsity/" + name), linear->sparsity(), 1e-12);
            const double error = monitor.value("error/" + name);
            VERIFY2(error > 0 && error < 1, name);
            VERIFY(monitor.value("weight_error/" + name) > 0);
            VERIFY(monitor.value("seconds/" + name) >= 0);
            VERIFY(!hasNegativeZero(linear->weight()));
            VERIFY(linear->mask().defined());
            names.insert(name);
        }
        COMPARE(names.size(), std::size_t{21});
        for (const char* block : {"0", "1", "2"}) {
            VERIFY(monitor.value(std::string("seconds/block.") + block) > 0);
        }
        const std::set<std::string> possible{"", "calibrate", "evaluate"};
        VERIFY2(possible.contains(monitor.reports.front().stage), monitor.reports.front().stage);
        COMPARE(monitor.resumePoint.value().at("blocks").get<int>(), 3);
        VERIFY(monitor.warnings().empty());
    }
}

TEST(untouchedTensorsKeepTheirBits)
{
    const Bench bench;
    const auto before = bench.open();
    const auto after = bench.open();
    MemoryMonitor monitor;
    runMethod(bench.run("prune-wanda", {}), *after, monitor);
    const Weights old = weightsOf(*before);
    std::int64_t norms = 0;
    for (const auto& [name, weight] : weightsOf(*after)) {
        if (name.find("norm") != std::string::npos) {
            VERIFY(at::equal(weight, old.at(name)));
            ++norms;
        } else {
            VERIFY(
                at::equal(weight, at::where(weight.ne(0), old.at(name), at::zeros_like(weight))));
        }
    }
    COMPARE(norms, 6);
}

TEST(globalScopeReachesItsAimOverAllLinears)
{
    const Bench bench;
    const auto model = bench.open();
    MemoryMonitor monitor;
    runMethod(bench.run("prune-magnitude", {{"scope", "global"}, {"sparsity", 0.37}}), *model,
              monitor);
    std::int64_t pruned = 0, all = 0;
    std::set<double> shares;
    for (Linear* linear : model->linears()) {
        pruned += zeros(linear->weight());
        all += linear->weight().numel();
        shares.insert(linear->sparsity());
    }
    COMPARE(pruned, prunedCount(all, 0.37));
    VERIFY(shares.size() > 1);
}

TEST(magnitudeNeedsNoWindows)
{
    const Bench bench;
    const auto model = bench.open();
    MethodRun run = bench.run("prune-magnitude", {});
    run.calibration = nullptr;
    MemoryMonitor monitor;
    runMethod(run, *model, monitor);
    COMPARE_CLOSE(monitor.value("sparsity/" + model->linears()[0]->name()), 0.5, 1e-12);
    COMPARE(monitor.series.contains("error/" + model->linears()[0]->name()), false);
    VERIFY(monitor.value("weight_error/" + model->linears()[0]->name()) > 0);
    run.id = "prune-wanda";
    VERIFY_FAILS(runMethod(run, *model, monitor), ErrorCode::InvalidInput, "calibration");
}

TEST(linearsWithOneInputShareAStatistic)
{
    // Four groups a block: {q, k, v}, {o}, {gate, up}, {down}.
    struct Counting {
        std::int64_t rows = 0;

        void add(const Tensor& X) { rows += X.size(0); }
    };

    const Bench bench;
    const auto model = bench.open();
    RunSpec spec;
    spec.batch = kBatch;
    RunInputs inputs{.spec = &spec, .model = model.get()};
    inputs.calibration = &bench.calibration;
    inputs.folder = bench.folder.path() / "counting";
    MemoryMonitor monitor;
    RunContext run(inputs, monitor);
    std::int64_t made = 0, pruned = 0;
    compressLayerwise<Counting>(
        run,
        [&](Linear&, const Counting& statistic) {
            COMPARE(statistic.rows, kWindows * kLength);
            ++pruned;
        },
        [&] {
            ++made;
            return Counting{};
        });
    COMPARE(made, 3 * 4);
    COMPARE(pruned, 3 * 7);
}

TEST(valuesThatAreNotFiniteAreAnErrorThatSaysWhere)
{
    const Bench bench;
    const auto model = bench.open();
    MemoryMonitor monitor;
    Linear& down = *model->linears().at(6);
    down.weight().fill_(3e38F); // the last linear of block 0: what it gives overflows
    VERIFY_FAILS(runMethod(bench.run("prune-wanda", {}), *model, monitor), ErrorCode::Numeric,
                 "after block 0");
    down.weight().fill_(std::numeric_limits<float>::quiet_NaN());
    VERIFY_FAILS(runMethod(bench.run("prune-wanda", {}), *model, monitor), ErrorCode::Numeric,
                 down.name());
}
