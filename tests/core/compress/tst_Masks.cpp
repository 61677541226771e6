// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compress/Masks.h"
#include "tests/support/FixtureF1.h"
#include "tests/support/Matrix.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <limits>
#include <numeric>

using namespace espalier;
using namespace espalier::test;

namespace {

/// Stable sort of all entries; the first `pruned` go.
Tensor slowMask(const Tensor& S, std::int64_t pruned)
{
    const Tensor flat = S.reshape({-1}).to(at::kDouble);
    std::vector<std::int64_t> order(static_cast<std::size_t>(flat.numel()));
    std::iota(order.begin(), order.end(), 0);
    const double* score = flat.data_ptr<double>();
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int64_t a, std::int64_t b) { return score[a] < score[b]; });
    Tensor M = at::ones({flat.numel()}, at::kBool);
    for (std::int64_t i = 0; i < pruned; ++i) {
        M[order[static_cast<std::size_t>(i)]] = false;
    }
    return M.reshape(S.sizes());
}

/// Few different values, so that many are equal.
Tensor tiedScores(std::int64_t rows, std::int64_t columns, at::ScalarType type)
{
    at::manual_seed(7);
    return at::randint(0, 50, {rows, columns}, type) / 8;
}

bool same(const Tensor& a, const Tensor& b)
{
    return at::equal(a, b);
}

} // namespace

TEST(countsExactlyAndLikeTheScripts)
{
    COMPARE(prunedCount(16, 0.5), 8);
    COMPARE(prunedCount(10, 0.7), 7);
    COMPARE(prunedCount(3, 1.0 / 3), 1);
    COMPARE(prunedCount(16, 0.7), 11);
    COMPARE(prunedCount(100, 0.29), 29);                      // 100 * 0.29 is 28.999999999999996
    COMPARE(prunedCount(100, 0.29, Counting::Reference), 28); // what int() makes of it
    COMPARE(prunedCount(100, 0.0), 0);
}

TEST(prunesTheLowerIndexOfEqualScores)
{
    const Tensor S = matrix({{1.0F, 2.0F, 1.0F, 1.0F}, {3.0F, 3.0F, 3.0F, 3.0F}});
    COMPARE(maskWords(keepAllButPerRow(S, 2)), "000a 000c");
    COMPARE(maskWords(keepAllBut(S, 5)), "0000 000e");
    COMPARE(maskWords(keepLargestInGroups(S, {1, 2})), "000a 000a");
}

TEST(equalsAStableSort)
{
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
        for (const auto& [rows, columns] :
             {std::pair{5, 33}, std::pair{96, 1000}}) { // few and many
            const Tensor S = tiedScores(rows, columns, type);
            for (const double s : {0.0, 0.01, 0.5, 0.77, 0.99}) {
                VERIFY(same(keepLargest(S, s), slowMask(S, prunedCount(S.numel(), s))));
                const Tensor perRow = keepLargestPerRow(S, s);
                for (std::int64_t row = 0; row < rows; ++row) {
                    VERIFY(same(perRow[row], slowMask(S[row], prunedCount(columns, s))));
                }
            }
        }
    }
}

TEST(groupsLoseExactlyTheirShare)
{
    const Tensor S = tiedScores(17, 48, at::kFloat);
    for (const Pattern& pattern : {Pattern{2, 4}, Pattern{4, 8}, Pattern{1, 3}, Pattern{5, 16}}) {
        const Tensor M = keepLargestInGroups(S, pattern).reshape({-1, pattern.of});
        VERIFY(same(M.logical_not().sum(1), at::full({M.size(0)}, pattern.removed, at::kLong)));
        for (std::int64_t g = 0; g < M.size(0); ++g) {
            VERIFY(same(M[g], slowMask(S.reshape({-1, pattern.of})[g], pattern.removed)));
        }
    }
}

TEST(theReferenceThresholdIsInclusive)
{
    const Tensor S = matrix({{0.5F, 2.0F, 0.1F, 1.0F}, {1.5F, 0.2F, 0.3F, 0.4F}});
    COMPARE(maskWords(keepAboveThreshold(S, 0.5)), "000a 0001"); // 5 of 8: one more than asked
    COMPARE(maskWords(keepAboveThreshold(S, 0.0)), "000b 000f"); // and one at sparsity 0
    COMPARE(maskWords(keepAboveThresholdPerRow(S, 0.5)), "0002 0001");
    const Tensor ties = matrix({{1.0, 1.0, 1.0, 2.0}});
    COMPARE(maskWords(keepAboveThreshold(ties, 0.5)), "0008");
    COMPARE(maskWords(keepAboveThreshold(ties, 0.99)), "0000");
}

TEST(masksDoNotDependOnThreads)
{
    const Tensor S = tiedScores(300, 700, at::kFloat);
    const int before = at::get_num_threads();
    at::set_num_threads(1);
    const Tensor one = keepLargest(S, 0.6);
    const Tensor oneRow = keepLargestPerRow(S, 0.6);
    at::set_num_threads(2);
    VERIFY(same(one, keepLargest(S, 0.6)));
    VERIFY(same(oneRow, keepLargestPerRow(S, 0.6)));
    at::set_num_threads(before);
}

TEST(takesStridedScores)
{
    const Tensor S = tiedScores(24, 40, at::kFloat);
    VERIFY(same(keepLargest(S.t(), 0.5), keepLargest(S.t().contiguous(), 0.5)));
    VERIFY(same(keepLargestPerRow(S.slice(1, 3, 20), 0.5),
                keepLargestPerRow(S.slice(1, 3, 20).clone(), 0.5)));
}

TEST(refusesWhatCannotBeRanked)
{
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const Tensor S = matrix({{1.0F, nan, 2.0F}});
    VERIFY_FAILS(keepAllButPerRow(S, 1), ErrorCode::Numeric, "not negative");
    VERIFY_FAILS(keepAllBut(S, 1), ErrorCode::Numeric, "score number 1");
    VERIFY_FAILS(keepAboveThreshold(-S.slice(1, 2), 0.5), ErrorCode::Numeric, "not negative");
    VERIFY_FAILS(keepLargestInGroups(S, {2, 4}), ErrorCode::InvalidInput,
                 "multiple of 4, but the linear has 3 inputs");
    // A negative zero ranks like zero.
    COMPARE(maskWords(keepAllButPerRow(matrix({{0.0F, -0.0F, 1.0F}}), 1)), "0006");
}
