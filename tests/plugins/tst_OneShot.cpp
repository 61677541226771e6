// SPDX-License-Identifier: GPL-3.0-or-later
// How the one-shot methods compare on random linears (one-shot pruning, 2 h 10). The order that
// papers lead to expect holds for inputs like a language model's: neighbours are correlated and
// some features are much stronger than others. Elsewhere it does not, and that is tested too.
#include "tests/support/FixtureF1.h"
#include "tests/support/MethodHarness.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

using namespace espalier;
using namespace espalier::test;

namespace {

constexpr int kTrials = 20;

/// How the inputs of a linear are made, and what 20 linears of 8 x 24 gave.
struct Row {
    double correlation; // of neighbouring features: x_j = correlation x_(j-1) + noise
    bool outliers;      // each feature times exp(N(0, 1))
    double sparsity;
    double magnitude, wanda, sparseGpt, optimal; // mean relative output errors
    int wandaWins, sparseGptWins;                // Wanda <= magnitude, SparseGPT <= Wanda
};

constexpr Row kHalf{.9, true, .5, .0778, .0136, .0037, .0019, 20, 20};
constexpr Row kSevenTenths{.9, true, .7, .2269, .0451, .0193, .0118, 20, 20};

Tensor inputsFor(const Row& row)
{
    const double noise =
        row.correlation == .9 ? .3 : std::sqrt(1 - row.correlation * row.correlation);
    Tensor X = at::randn({96, 24}, at::kDouble);
    for (std::int64_t j = 1; j < 24; ++j) {
        X.select(1, j).mul_(noise).add_(X.select(1, j - 1), row.correlation);
    }
    return row.outliers ? X * at::randn({24}, at::kDouble).exp() : X;
}

struct Pruned {
    double error = 0;
    Tensor M = {};
};

Pruned prune(const std::string& id, const Tensor& W, const Tensor& X, double sparsity)
{
    ParamValues params{{"sparsity", sparsity}};
    if (id == "prune-sparsegpt") {
        params.emplace("hessian-precision", "fp64");
    }
    Linear layer("q", W.clone());
    const double error = pruneOne({.id = id, .params = params}, layer, X).value("error/q");
    return {error, layer.mask()};
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return (values[values.size() / 2 - 1] + values[values.size() / 2]) / 2;
}

struct Comparison {
    std::vector<double> wandaOverMagnitude, sparseGptOverWanda;
    double magnitude = 0, wanda = 0, sparseGpt = 0, optimal = 0;
    int wandaWins = 0, sparseGptWins = 0;
};

Comparison compare(const Row& row)
{
    at::manual_seed(4);
    Comparison all;
    for (int trial = 0; trial < kTrials; ++trial) {
        const Tensor W = at::randn({8, 24}, at::kDouble);
        const Tensor X = inputsFor(row);
        const Tensor G = at::mm(X.t(), X);
        const double magnitude = prune("prune-magnitude", W, X, row.sparsity).error;
        const double wanda = prune("prune-wanda", W, X, row.sparsity).error;
        const Pruned sparseGpt = prune("prune-sparsegpt", W, X, row.sparsity);
        all.magnitude += magnitude / kTrials;
        all.wanda += wanda / kTrials;
        all.sparseGpt += sparseGpt.error / kTrials;
        all.optimal += relativeError(W, bestWeights(W, sparseGpt.M, G), G) / kTrials;
        all.wandaOverMagnitude.push_back(wanda / magnitude);
        all.sparseGptOverWanda.push_back(sparseGpt.error / wanda);
        all.wandaWins += wanda <= magnitude ? 1 : 0;
        all.sparseGptWins += sparseGpt.error <= wanda ? 1 : 0;
    }
    return all;
}

void checkAgainst(const Row& row, const Comparison& all)
{
    constexpr double kSpread = 0.35; // of a mean of 20 random linears
    COMPARE_CLOSE(all.magnitude / row.magnitude, 1, kSpread);
    COMPARE_CLOSE(all.wanda / row.wanda, 1, kSpread);
    COMPARE_CLOSE(all.sparseGpt / row.sparseGpt, 1, kSpread);
    COMPARE_CLOSE(all.optimal / row.optimal, 1, kSpread);
    VERIFY(all.optimal <= all.sparseGpt);
    COMPARE_CLOSE(all.wandaWins, row.wandaWins, 4);
    COMPARE_CLOSE(all.sparseGptWins, row.sparseGptWins, 4);
}

/// Correlated inputs with outliers: the order may be relied on.
void checkOrder(const Row& row)
{
    const Comparison all = compare(row);
    checkAgainst(row, all);
    VERIFY2(all.wandaWins >= 18, std::to_string(all.wandaWins) + " of 20");
    VERIFY2(all.sparseGptWins >= 18, std::to_string(all.sparseGptWins) + " of 20");
    VERIFY2(median(all.wandaOverMagnitude) <= 0.35, std::to_string(median(all.wandaOverMagnitude)));
    VERIFY2(median(all.sparseGptOverWanda) <= 0.6, std::to_string(median(all.sparseGptOverWanda)));
}

} // namespace

TEST(orderAtHalf)
{
    checkOrder(kHalf);
}

TEST(orderAtSevenTenths)
{
    checkOrder(kSevenTenths);
}

TEST(withoutOutliersWandaIsNoBetterThanMagnitude)
{
    for (const Row& row : {Row{.9, false, .5, .0825, .0916, .0261, .0130, 9, 20},
                           Row{0, false, .5, .0678, .0764, .0635, .0594, 0, 20}}) {
        const Comparison all = compare(row);
        checkAgainst(row, all);
        VERIFY(all.wanda > all.magnitude);
    }
}

TEST(withWeakCorrelationAndOutliersTheOrderHolds)
{
    const Row row{.5, true, .5, .0732, .0124, .0086, .0071, 20, 19};
    checkAgainst(row, compare(row));
}

TEST(withoutCorrelationSparseGptLosesToWandaAtSevenTenths)
{
    for (const Row& row : {Row{0, true, .7, .2064, .0389, .0413, .0397, 20, 5},
                           Row{0, false, .7, .2075, .1871, .1975, .1905, 19, 3}}) {
        const Comparison all = compare(row);
        checkAgainst(row, all);
        VERIFY(all.sparseGpt > all.wanda);
    }
}

TEST(everyMethodSaysWhatToExpect)
{
    ModelConfig config;
    config.family = "llama";
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
    Linear layer("blocks.0.q", at::ones({2, 8}));
    const MemoryMonitor monitor = pruneOne({.id = "prune-sparsegpt", .params = {{"damping", 0.0}}},
                                           layer, at::ones({3, 8})); // rank 1
    VERIFY(!monitor.warnings().empty());
    VERIFY2(monitor.warnings()[0].find("blocks.0.q") != std::string::npos, monitor.warnings()[0]);
    COMPARE(layer.weight().isfinite().all().item<bool>(), true);
    COMPARE(zeros(layer.weight()), 8);
}
