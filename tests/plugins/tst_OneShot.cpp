// SPDX-License-Identifier: GPL-3.0-or-later
// How the one-shot methods compare on random linears whose inputs look like a language model's:
// neighbours are correlated and some features are much stronger than others. Only then is the order
// what papers lead to expect.
#include "tests/support/FixtureF1.h"
#include "tests/support/MethodHarness.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

#include <algorithm>

using namespace espalier;
using namespace espalier::test;

namespace {

constexpr int kTrials = 20;

/// x_j = 0.9 x_(j-1) + noise over the features of each of 96 tokens; each feature times exp(N(0,
/// 1)).
Tensor correlatedInputs()
{
    Tensor X = at::randn({96, 24}, torch::kDouble);
    for (std::int64_t j = 1; j < 24; ++j) {
        X.select(1, j).mul_(0.3).add_(X.select(1, j - 1), 0.9);
    }
    return X * at::randn({24}, torch::kDouble).exp();
}

double errorOf(const std::string& id, const Tensor& W, const Tensor& X, double sparsity)
{
    ParamValues params{{"sparsity", sparsity}};
    if (id == "prune-sparsegpt") {
        params.emplace("hessian-precision", "fp64");
    }
    Linear layer("q", W.clone());
    return pruneOne({.id = id, .params = params}, layer, X).value("error/q");
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return (values[values.size() / 2 - 1] + values[values.size() / 2]) / 2;
}

void compareMethods(double sparsity)
{
    at::manual_seed(4);
    std::vector<double> wandaOverMagnitude, sparseGptOverWanda;
    int wandaWins = 0, sparseGptWins = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
        const Tensor W = at::randn({8, 24}, torch::kDouble);
        const Tensor X = correlatedInputs();
        const double magnitude = errorOf("prune-magnitude", W, X, sparsity);
        const double wanda = errorOf("prune-wanda", W, X, sparsity);
        const double sparseGpt = errorOf("prune-sparsegpt", W, X, sparsity);
        wandaOverMagnitude.push_back(wanda / magnitude);
        sparseGptOverWanda.push_back(sparseGpt / wanda);
        wandaWins += wanda <= magnitude ? 1 : 0;
        sparseGptWins += sparseGpt <= wanda ? 1 : 0;
    }
    VERIFY2(wandaWins >= 18, std::to_string(wandaWins) + " of 20");
    VERIFY2(sparseGptWins >= 18, std::to_string(sparseGptWins) + " of 20");
    VERIFY2(median(wandaOverMagnitude) <= 0.35, std::to_string(median(wandaOverMagnitude)));
    VERIFY2(median(sparseGptOverWanda) <= 0.6, std::to_string(median(sparseGptOverWanda)));
}

} // namespace

TEST(orderAtHalf)
{
    compareMethods(0.5);
}

TEST(orderAtSevenTenths)
{
    compareMethods(0.7);
}

TEST(everyMethodSaysWhatToExpect)
{
    ModelConfig config;
    config.layers = 2;
    config.hiddenSize = 64;
    config.heads = config.keyValueHeads = 4;
    config.headDim = 16;
    config.intermediateSize = 128;
    config.vocabSize = 100;
    for (const char* id : {"prune-magnitude", "prune-wanda", "prune-sparsegpt"}) {
        const Method& chosen = method(id);
        COMPARE(chosen.info().id, id);
        VERIFY(!chosen.info().paper.empty() && !chosen.info().bibtex.empty());
        const Expectation lines = chosen.expectation(config, completed({}, chosen.params()));
        COMPARE(lines.at(0).headline, "No speed-up expected on this machine: storage stays dense");
        COMPARE(lines.size(), std::size_t{4});
        for (const ParamSpec& spec : chosen.params()) {
            VERIFY2(!spec.help.empty() && !spec.label.empty(), spec.key);
        }
        config.intermediateSize = 130;
        COMPARE(issuesOf(id, {{"pattern", "2:4"}}, &config).size(), std::size_t{1});
        config.intermediateSize = 128;
    }
}

TEST(sparseGptWarnsWhenTheHessianIsNotPositiveDefinite)
{
    Linear layer("blocks.0.q", torch::ones({2, 8}));
    const MemoryMonitor monitor = pruneOne({.id = "prune-sparsegpt", .params = {{"damping", 0.0}}},
                                           layer, torch::ones({3, 8})); // rank 1
    VERIFY(!monitor.warnings().empty());
    VERIFY2(monitor.warnings()[0].find("blocks.0.q") != std::string::npos, monitor.warnings()[0]);
    COMPARE(layer.weight().isfinite().all().item<bool>(), true);
    COMPARE(zeros(layer.weight()), 8);
}
