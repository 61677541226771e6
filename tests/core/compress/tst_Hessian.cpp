// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compress/Hessian.h"
#include "tests/support/FixtureF1.h"
#include "tests/support/Matrix.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

#include <limits>

using namespace espalier;
using namespace espalier::test;

namespace {

const auto noWarning = [](const std::string& text) { VERIFY2(false, text); };

Tensor slowGram(const Tensor& X)
{
    const Tensor x = X.to(at::kDouble).contiguous();
    Tensor G = at::zeros({X.size(1), X.size(1)}, at::kDouble);
    for (std::int64_t t = 0; t < X.size(0); ++t) {
        for (std::int64_t i = 0; i < X.size(1); ++i) {
            for (std::int64_t j = 0; j < X.size(1); ++j) {
                G.data_ptr<double>()[i * X.size(1) + j] += x.data_ptr<double>()[t * X.size(1) + i] *
                                                           x.data_ptr<double>()[t * X.size(1) + j];
            }
        }
    }
    return G;
}

} // namespace

TEST(fixtureHasItsCheckValues)
{
    const FixtureF1 f = fixtureF1();
    COMPARE(printed(f.W[0][0].item<double>(), 9), "-0.959194629");
    COMPARE(printed(f.W[0][1].item<double>(), 9), "-0.966904304");
    COMPARE(printed(f.W[0][2].item<double>(), 9), "0.086311589");
    COMPARE(printed(f.W[0][3].item<double>(), 9), "0.269808112");
    COMPARE(printed(f.W[7][15].item<double>(), 9), "0.859934416");
    COMPARE_CLOSE(f.W.sum().item<double>(), 9.334024220705, 1e-11);
    COMPARE_CLOSE(f.W.abs().sum().item<double>(), 63.926746699960, 1e-11);
    COMPARE(printed(f.X[0][0].item<double>(), 9), "0.806151243");
    COMPARE(printed(f.X[0][1].item<double>(), 9), "0.536466680");
    COMPARE(printed(f.X[0][2].item<double>(), 9), "0.617663478");
    COMPARE(printed(f.X[0][3].item<double>(), 9), "4.939309321");
    COMPARE(printed(f.X[0][4].item<double>(), 9), "0.507505984");
    COMPARE(printed(f.G.trace().item<double>(), 9), "1125.616261897");
    COMPARE(printed(f.G[0][1].item<double>(), 9), "18.812332233");
    COMPARE(printed(f.G[3][4].item<double>(), 9), "110.114986172");
    COMPARE(printed(energy(f.W, f.G), 9), "3809.815840124");
    const InverseFactor factor = inverseFactor(f.H, 0.01, "F1", noWarning);
    COMPARE(printed(factor.lambda, 12), "0.351755081843");
    COMPARE(printed(factor.U[0][0].item<double>(), 6), "0.833524");
    COMPARE(printed(factor.U[3][3].item<double>(), 6), "0.135189");
    COMPARE(printed(factor.U[15][15].item<double>(), 6), "0.404066");
}

TEST(factorByHand)
{
    const Tensor H = matrix({{4.0, 2.0, 1.0}, {2.0, 3.0, 1.0}, {1.0, 1.0, 2.0}}, at::kDouble);
    const Tensor U = upperFactorOfInverse(H).value();
    COMPARE(printed(U[0][0].square().item<double>(), 6), "0.384615");
    COMPARE_CLOSE(U[1][1].square().item<double>(), 0.4, 1e-15);
    COMPARE_CLOSE(U[2][2].square().item<double>(), 0.5, 1e-15);
    COMPARE(printed(U[0][0].item<double>(), 6), "0.620174");
    COMPARE(printed(U[0][1].item<double>(), 6), "-0.372104");
    COMPARE(printed(U[0][2].item<double>(), 6), "-0.124035");
    VERIFY(at::equal(U, U.triu()));
}

TEST(factorEqualsTheThreeSteps)
{
    const FixtureF1 f = fixtureF1();
    Tensor H = f.H.clone();
    H.diagonal().add_(0.351755081843);
    const Tensor slow = at::linalg_cholesky(at::linalg_inv(H), /*upper=*/true);
    COMPARE_CLOSE((upperFactorOfInverse(H).value() - slow).abs().max().item<double>(), 0.0, 1e-14);
}

TEST(gathersTheGramMatrixByPanels)
{
    at::manual_seed(3);
    const Tensor X = at::randn({12, 700}); // more than two panels, the last one short
    Hessian wide(HessianPrecision::Float64);
    wide.add(X.narrow(0, 0, 5));
    wide.add(X.narrow(0, 5, 7));
    COMPARE_CLOSE((wide.gram() - slowGram(X)).abs().max().item<double>(), 0.0, 1e-12);
    Hessian single;
    single.add(X);
    COMPARE(single.gram().scalar_type() == at::kFloat, true);
    VERIFY(at::equal(single.gram(), single.gram().t()));
    COMPARE_CLOSE((single.gram() - slowGram(X)).abs().max().item<double>(), 0.0, 1e-4);
    single.add(X); // both triangles are right again after more rows
    COMPARE_CLOSE((single.gram() - 2 * slowGram(X)).abs().max().item<double>(), 0.0, 2e-4);
}

TEST(choosesTheNumberTypeOfTheSums)
{
    const auto typeFor = [](HessianPrecision precision, std::int64_t width, at::ScalarType inputs) {
        Hessian H(precision);
        H.add(at::ones({2, width}, inputs));
        return H.gram().scalar_type();
    };
    VERIFY(typeFor(HessianPrecision::Float32, 8, at::kFloat) == at::kFloat);
    VERIFY(typeFor(HessianPrecision::Float32, 8, at::kBFloat16) == at::kFloat);
    VERIFY(typeFor(HessianPrecision::Float32, 8, at::kDouble) == at::kDouble);
    VERIFY(typeFor(HessianPrecision::Mixed, 1024, at::kFloat) == at::kDouble);
    VERIFY(typeFor(HessianPrecision::Mixed, 1025, at::kFloat) == at::kFloat);
    VERIFY(typeFor(HessianPrecision::Float64, 1025, at::kFloat) == at::kDouble);
}

TEST(inputsThatAreAlwaysZeroGetAOneOnTheDiagonal)
{
    Tensor H = at::zeros({3, 3}, at::kDouble);
    H[0][0] = 4.0;
    H[2][2] = 1.0;
    const InverseFactor factor = inverseFactor(H, 0.5, "q", noWarning);
    COMPARE(factor.dead[1].item<bool>(), true);
    COMPARE(factor.dead.sum().item<int>(), 1);
    COMPARE_CLOSE(factor.lambda, 0.5 * (4 + 1 + 1) / 3, 1e-15); // the dead one counts as 1
    COMPARE_CLOSE(factor.U[1][1].item<double>(), std::pow(1.0 + 1.0, -0.5), 1e-15);
}

TEST(raisesDampingWithAWarning)
{
    std::vector<std::string> warnings;
    const auto warn = [&](const std::string& text) { warnings.push_back(text); };
    const Tensor singular = at::ones({4, 4}, at::kFloat);
    const InverseFactor factor = inverseFactor(singular, 0.0, "blocks.0.q", warn);
    VERIFY(!warnings.empty());
    VERIFY2(warnings[0].find("blocks.0.q is not positive definite with damping 0; trying 0.0001") !=
                std::string::npos,
            warnings[0]);
    COMPARE(factor.U.isfinite().all().item<bool>(), true);
    VERIFY(factor.lambda > 0);
}

TEST(refusesAHessianThatNothingHelps)
{
    std::vector<std::string> warnings;
    const auto warn = [&](const std::string& text) { warnings.push_back(text); };
    const Tensor H = matrix({{1.0F, 500.0F}, {500.0F, 1.0F}}); // eigenvalue -499
    VERIFY_FAILS(inverseFactor(H, 0.01, "blocks.7.mlp.down_proj", warn), ErrorCode::Numeric,
                 "blocks.7.mlp.down_proj");
    COMPARE(warnings.size(), std::size_t{5}); // four times more damping, then fp64
    VERIFY2(warnings.back().find("fp64") != std::string::npos, warnings.back());
    H[0][1] = std::numeric_limits<float>::quiet_NaN();
    VERIFY_FAILS(inverseFactor(H, 0.01, "q", noWarning), ErrorCode::Numeric, "not finite");
}
