// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/plugins/prune-sparsegpt/SparseGptSteps.h"

using namespace espalier;
using namespace espalier::test;

namespace {

struct F1Setup {
    FixtureF1 f = fixtureF1();
    InverseFactor factor = inverseFactor(f.H, 0.01, "F1", noWarning);
};

Solution solveF1(const F1Setup& setup, std::int64_t block, const PruneTarget& target = {})
{
    return solve(setup.f.W, setup.factor.U, block, lowestOfBlock(target), target.groups());
}

/// Sequential OBS as the paper derives it: for every column the inverse of the trailing Hessian,
/// anew.
Tensor slowSolve(const Tensor& weight, const Tensor& H, const Tensor& M)
{
    Tensor W = weight.clone();
    const std::int64_t C = W.size(1);
    for (std::int64_t j = 0; j < C; ++j) {
        const Tensor Hinv = at::linalg_inv(H.slice(0, j, C).slice(1, j, C));
        for (std::int64_t row = 0; row < W.size(0); ++row) {
            if (!M[row][j].item<bool>()) {
                W[row].slice(0, j, C).sub_(Hinv[0] * (W[row][j] / Hinv[0][0]));
                W[row][j] = 0;
            }
        }
    }
    return W;
}

/// The parameter that the first issue is about.
std::string firstKey(const ParamValues& params)
{
    return issuesOf("prune-sparsegpt", params).at(0).key;
}

} // namespace

TEST(reportedLossIsTheLossOfTheWeights)
{
    const F1Setup setup;
    for (const std::int64_t block : {1, 4, 5, 16}) {
        for (const double s : {0.1, 0.5, 0.7}) {
            const Solution solution =
                solveF1(setup, block, {.sparsity = s, .referenceCount = true});
            VERIFY(lossResidual(solution, setup.f.W, setup.f.G, 0.5, setup.factor.lambda) < 1e-6);
        }
    }
    const Solution whole = solveF1(setup, 16, {.referenceCount = true});
    COMPARE(printed(whole.loss, 6), "5.403268");
    Solution wrong = whole; // the check notices weights that are not the solver's
    wrong.W = wrong.W * 1.1;
    VERIFY(lossResidual(wrong, setup.f.W, setup.f.G, 0.5, setup.factor.lambda) > kLargestResidual);
}

TEST(aFixedMaskMakesTheBlockSizeIrrelevant)
{
    const F1Setup setup;
    const Tensor M = keepLargest(setup.f.W.abs(), 0.5);
    const Tensor expected =
        slowSolve(setup.f.W, setup.f.H + setup.factor.lambda * at::eye(16, at::kDouble), M);
    for (const std::int64_t block :
         {1, 3, 4, 5, 7, 16, 128}) { // 3, 5 and 7 leave a short last block
        const Solution solution = solve(setup.f.W, setup.factor.U, block, fixed(M));
        COMPARE_CLOSE(largestDifference(solution.W, expected), 0.0, 1e-12);
        VERIFY(at::equal(solution.M, M));
        VERIFY(at::equal(solution.W.ne(0), M));
    }
}

TEST(wandaMaskWithUpdate)
{
    const F1Setup setup;
    const Tensor M = keepLargestPerRow(setup.f.W.abs() * setup.f.G.diagonal().sqrt(), 0.5);
    const Solution solution = solve(setup.f.W, setup.factor.U, 16, fixed(M));
    COMPARE(printed(relativeError(setup.f.W, solution.W, setup.f.G), 6), "0.004809");
    COMPARE(printed(relativeError(setup.f.W, bestWeights(setup.f.W, M, setup.f.G), setup.f.G), 6),
            "0.002642");
}

TEST(rowsMayBePermutedButColumnsAreNotSorted)
{
    const F1Setup setup;
    const Tensor rows = at::tensor({3, 1, 7, 0, 2, 6, 5, 4}, at::kLong);
    const Tensor swapped =
        solve(setup.f.W.index_select(0, rows), setup.factor.U, 8, lowestOfBlock({})).W;
    VERIFY(at::equal(swapped, solveF1(setup, 8).W.index_select(0, rows)));

    // A shuffle of the columns changes 16 of the 128 places and more than doubles the error.
    const PruneTarget inclusive{.referenceCount = true};
    const Tensor columns =
        at::tensor({2, 10, 0, 14, 6, 5, 3, 8, 7, 11, 15, 1, 12, 13, 9, 4}, at::kLong);
    const Tensor H = setup.f.H.index_select(0, columns).index_select(1, columns);
    const Solution shuffled =
        solve(setup.f.W.index_select(1, columns), inverseFactor(H, 0.01, "F1", noWarning).U, 8,
              lowestOfBlock(inclusive));
    const Solution inOrder = solveF1(setup, 8, inclusive);
    const Tensor back = columns.argsort();
    COMPARE(shuffled.M.index_select(1, back).ne(inOrder.M).sum().item<std::int64_t>(), 16);
    COMPARE(printed(energy(setup.f.W - inOrder.W, setup.f.G), 2), "19.19");
    COMPARE(printed(energy(setup.f.W - shuffled.W.index_select(1, back), setup.f.G), 2), "44.21");
}

TEST(scalingOfInputsOnlyMattersThroughDamping)
{
    const F1Setup setup;
    const auto solved = [&](double damping, const Tensor& weightScale, const Tensor& inputScale) {
        const Tensor X = setup.f.X * inputScale;
        const Tensor H = at::mm(X.t(), X) / 2;
        return solve(setup.f.W * weightScale, inverseFactor(H, damping, "F1", noWarning).U, 8,
                     lowestOfBlock({}));
    };
    const auto masks = [&](double damping, const Tensor& scale) {
        return solved(damping, scale, 1 / scale).M;
    };
    const Tensor none = at::ones({16}, at::kDouble);
    const Tensor uneven = at::pow(2.0, at::arange(16, at::kDouble) / 2 - 4);
    VERIFY(at::equal(masks(0.0, none), masks(0.0, uneven)));
    VERIFY(!at::equal(masks(0.01, none), masks(0.01, uneven)));
    // Damping is relative: three times the inputs change neither mask nor weights.
    const Solution plain = solved(0.01, none, none);
    const Solution stronger = solved(0.01, none, none * 3);
    VERIFY(at::equal(plain.M, stronger.M));
    COMPARE_CLOSE(largestDifference(plain.W, stronger.W), 0.0, 1e-12);
}

TEST(inputsThatAreAlwaysZeroLoseTheirColumn)
{
    const FixtureF1 f = fixtureF1();
    Tensor X = f.X.clone();
    X.select(1, 5).zero_();
    Linear layer("q", f.W.clone());
    const MemoryMonitor monitor =
        pruneOne({.id = "prune-sparsegpt",
                  .params = {{"block-size", 8}, {"hessian-precision", "fp64"}},
                  .sequences = 4},
                 layer, X);
    COMPARE(zeros(layer.weight().select(1, 5)), 8);
    VERIFY(!hasNegativeZero(layer.weight()));
    VERIFY(monitor.value("loss_identity/q") < 1e-6);
}

TEST(everyBlockOrGroupLosesExactlyItsShare)
{
    const F1Setup setup;
    for (const double s : {0.0, 0.3, 0.5, 0.7, 0.99}) {
        const Tensor lost = solveF1(setup, 6, {.sparsity = s}).M.logical_not();
        for (const auto& [begin, end] : {std::pair{0, 6}, std::pair{6, 12}, std::pair{12, 16}}) {
            COMPARE(lost.slice(1, begin, end).sum().item<std::int64_t>(),
                    prunedCount(8 * (end - begin), s));
        }
    }
    for (const auto& [pattern, removed, of] :
         {std::tuple{"2:4", 2, 4}, std::tuple{"1:4", 1, 4}, std::tuple{"3:8", 3, 8}}) {
        const Tensor M = solveF1(setup, 8, {.pattern = pattern}).M.reshape({-1, of});
        VERIFY(at::equal(M.logical_not().sum(1), at::full({M.size(0)}, removed, at::kLong)));
    }
}

TEST(groupsAreChosenWithTheWeightsAsTheyAre)
{
    // Like a loop that chooses each group of 2:4 when the sweep arrives there.
    const F1Setup setup;
    Tensor W = setup.f.W.clone();
    const Tensor& U = setup.factor.U;
    Tensor M = at::ones(W.sizes(), at::kBool);
    for (std::int64_t j = 0; j < 16; ++j) {
        if (j % 4 == 0) {
            const Tensor S = (W.slice(1, j, j + 4) / U.diagonal().slice(0, j, j + 4)).square();
            M.slice(1, j, j + 4).copy_(keepLargestInGroups(S, {2, 4}));
        }
        const Tensor error =
            at::where(M.select(1, j), at::zeros({8}, at::kDouble), W.select(1, j) / U[j][j]);
        W.slice(1, j, 16).sub_(at::outer(error, U[j].slice(0, j, 16)));
        W.select(1, j).masked_fill_(M.select(1, j).logical_not(), 0);
    }
    for (const std::int64_t block : {4, 8, 16}) {
        const Solution solution = solveF1(setup, block, {.pattern = "2:4"});
        VERIFY(at::equal(solution.M, M));
        COMPARE_CLOSE(largestDifference(solution.W, W), 0.0, 1e-13);
    }
}

TEST(bestWeightsForTheSameMaskLoseLess)
{
    at::manual_seed(5);
    for (int trial = 0; trial < 240; ++trial) {
        const Tensor W = at::randn({6, 20}, at::kDouble);
        const Tensor X = at::randn({80, 20}, at::kDouble).cumsum(1);
        const Tensor G = at::mm(X.t(), X);
        const Solution solution =
            solve(W, inverseFactor(G, 0.01, "q", noWarning).U, 7, lowestOfBlock({}));
        VERIFY(relativeError(W, bestWeights(W, solution.M, G), G) <=
               relativeError(W, solution.W, G));
    }
}

TEST(wideLinearsHaveAShortLastBlock)
{
    at::manual_seed(9);
    const Tensor W = at::randn({10, 200}); // 128 and 72
    const Tensor X = at::randn({600, 200}).cumsum(1);
    const Tensor G = at::mm(X.t(), X);
    const InverseFactor factor = inverseFactor(G, 0.01, "q", noWarning);
    const Solution solution = solve(W, factor.U, 128, lowestOfBlock({.sparsity = 0.6}));
    COMPARE(zeros(solution.W.slice(1, 0, 128)), prunedCount(10 * 128, 0.6));
    COMPARE(zeros(solution.W.slice(1, 128, 200)), prunedCount(10 * 72, 0.6));
    const Tensor damped = G + factor.lambda * at::eye(200);
    const Tensor slow = slowSolve(W.to(at::kDouble), damped.to(at::kDouble), solution.M);
    COMPARE_CLOSE(relativeError(slow, solution.W.to(at::kDouble), damped.to(at::kDouble)), 0.0,
                  1e-6);
    VERIFY(lossResidual(solution, W, G, 1.0, factor.lambda) < 1e-3);
}

TEST(refusesSettingsThatDoNotFit)
{
    const auto issues = issuesOf("prune-sparsegpt", {{"pattern", "2:4"}, {"block-size", 126}});
    COMPARE(issues.size(), std::size_t{1});
    COMPARE(issues[0].key, "block-size");
    VERIFY(issues[0].suggestions.at(0) == ParamValue(124));
    VERIFY(issues[0].suggestions.at(1) == ParamValue(128));
    VERIFY(issuesOf("prune-sparsegpt", {{"block-size", 126}}).empty());
    COMPARE(firstKey({{"block-size", 0}}), "block-size");
    COMPARE(firstKey({{"hessian-precision", "bf16"}}), "hessian-precision");
    Linear layer("q", at::ones({2, 6}));
    VERIFY_FAILS(pruneOne({.id = "prune-sparsegpt", .params = {{"pattern", "2:4"}}}, layer,
                          at::ones({3, 6})),
                 ErrorCode::InvalidInput, "multiple of 4, but the linear has 6 inputs");
}
