// SPDX-License-Identifier: GPL-3.0-or-later
// The method's own file, so that its statistic can be looked at.
#include "plugins/prune-wanda/Wanda.cpp" // NOLINT(bugprone-suspicious-include)
#include "tests/support/FixtureF1.h"
#include "tests/support/Matrix.h"
#include "tests/support/MethodHarness.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

using namespace espalier;
using namespace espalier::test;

namespace {

struct Result {
    Tensor W, M;
};

Result wanda(const Tensor& W, const Tensor& X, const ParamValues& params = {})
{
    Linear layer("q", W.clone());
    pruneOne({.id = "prune-wanda", .params = params}, layer, X);
    return {layer.weight(), layer.mask()};
}

/// Score, then a stable sort of each row, by loops.
Tensor slowMask(const Tensor& W, const Tensor& X, std::int64_t pruned)
{
    Tensor M = at::ones(W.sizes(), at::kBool);
    for (std::int64_t row = 0; row < W.size(0); ++row) {
        std::vector<std::pair<double, std::int64_t>> order;
        for (std::int64_t c = 0; c < W.size(1); ++c) {
            double squares = 0;
            for (std::int64_t t = 0; t < X.size(0); ++t) {
                squares += X[t][c].item<double>() * X[t][c].item<double>();
            }
            order.emplace_back(std::abs(W[row][c].item<double>()) * std::sqrt(squares), c);
        }
        std::sort(order.begin(), order.end());
        for (std::int64_t i = 0; i < pruned; ++i) {
            M[row][order[static_cast<std::size_t>(i)].second] = false;
        }
    }
    return M;
}

/// The parameter that the first issue is about.
std::string firstKey(const ParamValues& params)
{
    return issuesOf("prune-wanda", params).at(0).key;
}

} // namespace

TEST(keepsSmallWeightsOnStrongInputs)
{
    const Tensor W = matrix({{1.0F, -2.0F, 3.0F}, {4.0F, 0.5F, -2.0F}});
    const Tensor X = matrix({{3.0F, 1.0F, 0.5F}}); // S = {3, 2, 1.5}, {12, 0.5, 1}
    const Result result = wanda(W, X, {{"sparsity", 1.0 / 3.0}});
    // Magnitude would drop the 1, not the 3.
    VERIFY(at::equal(result.W, matrix({{1.0F, -2.0F, 0.0F}, {4.0F, 0.0F, -2.0F}})));
}

TEST(prunesTheLowerIndexOfATie)
{
    const auto real = at::kDouble;
    // In fp32 .1 x 14.142136 equals 1 x 1.414214; fp64 rounds them apart.
    const Tensor W = matrix({{.5F, -2.F, .1F, 1.F}, {1.5F, .2F, -.3F, .4F}});
    const Tensor X = matrix({{1.F, 0.F, 10.F, 1.F}, {1.F, 1.F, 10.F, -1.F}});
    FeatureNorm norm;
    norm.add(X.narrow(0, 0, 1));
    norm.add(X.narrow(0, 1, 1));
    const Tensor norms = at::tensor({1.414214, 1., 14.142136, 1.414214}, real);
    COMPARE_CLOSE((norm.l2() - norms).abs().max().item<double>(), 0.0, 5.001e-7);
    const Tensor scores =
        matrix({{.707107, 2., 1.414214, 1.414214}, {2.12132, .2, 4.242641, .565685}}, real);
    COMPARE_CLOSE((W.abs() * norm.l2() - scores).abs().max().item<double>(), 0.0, 5.001e-7);
    COMPARE(maskWords(wanda(W, X).M), "000a 0005"); // columns 1 and 3; columns 0 and 2
}

TEST(normsAreTheDiagonalOfTheHessian)
{
    // The scripts keep a mean over sequences instead: half the diagonal of H = 2/4 G.
    const FixtureF1 f = fixtureF1();
    FeatureNorm norm;
    for (std::int64_t sequence = 0; sequence < FixtureF1::kSequences; ++sequence) {
        norm.add(f.X.narrow(0, 16 * sequence, 16));
    }
    const Tensor scaler = norm.sumOfSquares / FixtureF1::kSequences;
    VERIFY(at::allclose(scaler, f.H.diagonal() / 2, 1e-12, 0));
}

TEST(everyRowLosesExactlyItsShare)
{
    const FixtureF1 f = fixtureF1();
    for (const double s : {0.0, 0.3, 0.5, 0.7, 0.99}) {
        const Tensor lost = wanda(f.W, f.X, {{"sparsity", s}}).M.logical_not().sum(1);
        VERIFY(at::equal(lost, at::full({8}, static_cast<std::int64_t>(16 * s), at::kLong)));
    }
}

TEST(equalsALoop)
{
    const FixtureF1 f = fixtureF1();
    for (const int pruned : {1, 5, 11}) {
        COMPARE(maskWords(wanda(f.W, f.X, {{"sparsity", pruned / 16.0}}).M),
                maskWords(slowMask(f.W, f.X, pruned)));
    }
}

TEST(keptWeightsAreUntouched)
{
    const FixtureF1 f = fixtureF1();
    const Result result = wanda(f.W, f.X);
    VERIFY(at::equal(result.W, at::where(result.M, f.W, at::zeros_like(f.W))));
}

TEST(rowsAndColumnsMayBePermuted)
{
    const FixtureF1 f = fixtureF1();
    const Tensor rows = at::tensor({3, 1, 7, 0, 2, 6, 5, 4}, at::kLong);
    const Tensor columns =
        at::tensor({9, 3, 0, 15, 1, 2, 14, 4, 13, 5, 12, 6, 11, 7, 10, 8}, at::kLong);
    const Tensor M = wanda(f.W, f.X).M;
    VERIFY(at::equal(wanda(f.W.index_select(0, rows), f.X).M, M.index_select(0, rows)));
    VERIFY(at::equal(wanda(f.W.index_select(1, columns), f.X.index_select(1, columns)).M,
                     M.index_select(1, columns)));
}

TEST(scalingBetweenWeightsAndInputsChangesNothing)
{
    const FixtureF1 f = fixtureF1();
    const Tensor scale = at::pow(2.0, at::arange(16, at::kDouble) - 8); // exact in binary
    const Tensor M = wanda(f.W, f.X).M;
    VERIFY(at::equal(wanda(f.W * scale, f.X / scale).M, M));
    VERIFY(at::equal(wanda(f.W, f.X * 3).M, M));
}

TEST(orthonormalInputsMakeItMagnitudeByRow)
{
    const FixtureF1 f = fixtureF1();
    Linear layer("q", f.W.clone());
    pruneOne({.id = "prune-magnitude", .params = {{"scope", "row"}}}, layer, f.X);
    VERIFY(at::equal(wanda(f.W, at::eye(16, at::kDouble)).M, layer.mask()));
}

TEST(aSecondRunChangesNothing)
{
    const FixtureF1 f = fixtureF1();
    const Result once = wanda(f.W, f.X);
    const Result twice = wanda(once.W, f.X);
    VERIFY(at::equal(once.W, twice.W));
    VERIFY(at::equal(once.M, twice.M));
}

TEST(inputsThatAreAlwaysZeroGoFirst)
{
    const FixtureF1 f = fixtureF1();
    Tensor X = f.X.clone();
    X.select(1, 6).zero_();
    const Tensor M = wanda(f.W, X, {{"sparsity", 1.0 / 16}}).M;
    VERIFY(at::equal(M.logical_not().nonzero().select(1, 1), at::full({8}, 6, at::kLong)));
}

TEST(referenceCountRoundsLikeTheScripts)
{
    at::manual_seed(1);
    const Tensor W = at::randn({3, 100});
    const Tensor X = at::randn({20, 100});
    COMPARE(zeros(wanda(W, X, {{"sparsity", 0.29}}).W), 87);
    COMPARE(zeros(wanda(W, X, {{"sparsity", 0.29}, {"reference-count", true}}).W), 84);
}

TEST(refusesInputsThePatternDoesNotDivide)
{
    const Tensor W = at::ones({2, 6});
    VERIFY_FAILS(wanda(W, at::ones({3, 6}), {{"pattern", "2:4"}}), ErrorCode::InvalidInput,
                 "multiple of 4, but the linear has 6 inputs");
}

TEST(needsACalibrationSet)
{
    COMPARE(static_cast<int>(method("prune-wanda").needs().calibration),
            static_cast<int>(Need::Required));
    COMPARE(firstKey({{"sparsity", 0.999}}), "sparsity");
    COMPARE(firstKey({{"pattern", "two:four"}}), "pattern");
}
