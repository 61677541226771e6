// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/plugins/prune-sparsegpt/SparseGptSteps.h"
#include "tests/support/Matrix.h"

using namespace espalier;
using namespace espalier::test;

namespace {

Tensor factorOf(const Tensor& H)
{
    return upperFactorOfInverse(H).value();
}

Solution solveByHand(const Tensor& H, std::vector<double> weights, std::vector<std::int64_t> pruned)
{
    const Tensor W = at::tensor(weights, at::kDouble).unsqueeze(0);
    Tensor M = at::ones(W.sizes(), at::kBool);
    for (const std::int64_t column : pruned) {
        M[0][column] = false;
    }
    return solve(W, factorOf(H), 128, fixed(M));
}

void compareRow(const Tensor& W, const std::vector<double>& expected)
{
    COMPARE_CLOSE((W[0] - at::tensor(expected, at::kDouble)).abs().max().item<double>(), 0.0,
                  1e-12);
}

} // namespace

TEST(removesOneOfTwoWeightsByHand)
{
    // Removing the second costs 0.48 and leaves (1.4, 0); plain zeroing would cost 0.64.
    const Tensor H = matrix({{2.0, 1.0}, {1.0, 2.0}}, at::kDouble);
    const Solution first = solveByHand(H, {1.0, 0.8}, {0});
    compareRow(first.W, {0, 1.3});
    COMPARE_CLOSE(first.loss, 0.75, 1e-12);
    COMPARE_CLOSE(energy(matrix({{1.0, 0.0}}, at::kDouble), H) / 2, 1.0,
                  1e-12); // zeroing
    // SparseGPT never changes a column to the left of what it removes; in the other order it may.
    const Solution second = solveByHand(H, {0.8, 1.0}, {0});
    compareRow(second.W, {0, 1.4});
    COMPARE_CLOSE(second.loss, 0.48, 1e-12);
    const Solution frozen = solveByHand(H, {1.0, 0.8}, {1});
    compareRow(frozen.W, {1, 0});
    COMPARE_CLOSE(frozen.loss, 0.64, 1e-12);
    COMPARE_CLOSE(
        largestDifference(at::linalg_inv(H), matrix({{2., -1.}, {-1., 2.}}, at::kDouble) / 3), 0.0,
        1e-15);
}

TEST(threeWeightsByHand)
{
    const Tensor H = matrix({{4.0, 2.0, 1.0}, {2.0, 3.0, 1.0}, {1.0, 1.0, 2.0}}, at::kDouble);
    const Tensor W = matrix({{1.0, -0.5, 0.7}}, at::kDouble);
    compareRow(scores(W, factorOf(H)), {2.6, 0.625, 0.98});
    const Solution first = solveByHand(H, {1.0, -0.5, 0.7}, {0});
    compareRow(first.W, {0, 0.1, 0.9});
    COMPARE_CLOSE(first.loss, 1.3, 1e-12);
    const Solution second = solveByHand(H, {1.0, -0.5, 0.7}, {1});
    compareRow(second.W, {1, 0, 0.45});
    COMPARE_CLOSE(second.loss, 0.3125, 1e-12);
    // The best weights for that mask would also move the first one.
    const Tensor best = bestWeights(W, matrix({{1, 0, 1}}, at::kBool), H);
    COMPARE(printed(best[0][0].item<double>(), 6) + " " + printed(best[0][2].item<double>(), 6),
            "0.785714 0.557143");
    COMPARE(printed(energy(W - best, H) / 2, 6), "0.232143");
    // Of the first two nothing stays behind on the left, so the sweep finds the best weights.
    const Solution both = solveByHand(H, {1.0, -0.5, 0.7}, {0, 1});
    COMPARE_CLOSE(both.loss, 1.3125, 1e-12);
    const Tensor last = bestWeights(W, matrix({{false, false, true}}), H);
    COMPARE_CLOSE(energy(W - last, H) / 2, 1.3125, 1e-12);
}

TEST(theInclusiveThresholdTakesOneMore)
{
    // 768 rows and 128 columns: invisible there, but every block loses one even at a sparsity of 0.
    at::manual_seed(2);
    const Tensor S = at::randn({768, 128}, at::kDouble).square();
    const auto lost = [&](double sparsity, bool referenceCount) {
        const PruneTarget target{.sparsity = sparsity, .referenceCount = referenceCount};
        return S.numel() - lowestOfBlock(target)(S, 0).sum().item<std::int64_t>();
    };
    COMPARE(lost(0.5, true), 49153);
    COMPARE(lost(0.5, false), 49152);
    COMPARE(lost(0.0, true), 1);
    COMPARE(lost(0.0, false), 0);
}
