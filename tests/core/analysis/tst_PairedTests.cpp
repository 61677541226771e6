// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/PairedTests.h"
#include "core/base/Random.h"
#include "tests/support/Test.h"

#include <cmath>
#include <limits>

using namespace espalier;

namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();

/// Answers of which `both` are right for both, then `first` for the first only, and so on.
std::pair<std::vector<double>, std::vector<double>> answers(int both, int first, int second,
                                                            int neither)
{
    std::vector<double> a;
    std::vector<double> b;
    const auto add = [&](int count, double left, double right) {
        a.insert(a.end(), static_cast<std::size_t>(count), left);
        b.insert(b.end(), static_cast<std::size_t>(count), right);
    };
    add(both, 1, 1);
    add(first, 1, 0);
    add(second, 0, 1);
    add(neither, 0, 0);
    return {a, b};
}

} // namespace

TEST(fairCoinsByHand)
{
    // Ten coins, two heads or fewer, both ends: 2 (1 + 10 + 45) / 1024.
    COMPARE_CLOSE(fairCoinProbability(2, 10), 112.0 / 1024.0, 1e-12);
    COMPARE_CLOSE(fairCoinProbability(8, 10), 112.0 / 1024.0, 1e-12);
    COMPARE_CLOSE(fairCoinProbability(0, 5), 2.0 / 32.0, 1e-14);
    COMPARE(fairCoinProbability(5, 10), 1.0);
    COMPARE(fairCoinProbability(0, 0), 1.0);
    // 400 of 1000: the normal approximation with continuity gives 3.0e-10.
    VERIFY(fairCoinProbability(400, 1000) > 2e-10 && fairCoinProbability(400, 1000) < 4e-10);
}

TEST(mcNemarByHand)
{
    // Agresti's approval ratings: 86 and 150 of 1600 changed; chi squared (64 - 1)^2 / 236 = 16.82.
    const auto [a, b] = answers(794, 150, 86, 570);
    const McNemarResult large = mcNemar(a, b);
    COMPARE(large.pairs, 1600U);
    COMPARE(large.onlyFirst, 150U);
    COMPARE(large.onlySecond, 86U);
    VERIFY(!large.isExact);
    COMPARE_CLOSE(large.p, 4.115e-5, 2e-8);

    const auto [c, d] = answers(3, 1, 7, 2); // 2 (1 + 8) / 256
    const McNemarResult small = mcNemar(c, d);
    VERIFY(small.isExact);
    COMPARE(small.bothRight, 3U);
    COMPARE(small.bothWrong, 2U);
    COMPARE_CLOSE(small.p, 18.0 / 256.0, 1e-12);
    COMPARE(mcNemar({1, 0}, {1, 0}).p, 1.0);
    VERIFY_FAILS(mcNemar({0.5}, {1}), ErrorCode::InvalidInput, "neither");
    VERIFY_FAILS(mcNemar({1, 1}, {1}), ErrorCode::InvalidInput, "2 and 1");
}

TEST(signTestDropsWhatIsEqual)
{
    const SignTestResult result =
        signTest({3, 3, 3, 3, 3, 1, kNan, 3}, {1, 1, 1, 1, 1, 1, 1, 4}); // 5 of 6: 2 (1 + 6) / 64
    COMPARE(result.pairs, 6U);
    COMPARE(result.firstHigher, 5U);
    COMPARE_CLOSE(result.p, 14.0 / 64.0, 1e-12);
}

TEST(permutationOfSignsByHand)
{
    // Differences 1, 2, 3: of the eight sums +-1+-2+-3 only -6 and 6 reach 6.
    const PermutationResult three = signPermutationTest({2, 4, 6}, {1, 2, 3});
    VERIFY(three.isExact);
    COMPARE_CLOSE(three.mean, 2.0, 1e-12);
    COMPARE_CLOSE(three.p, 0.25, 1e-12);
    // 3, 3, -1: sums of size 5 or more: +-7, and +-5 once each.
    COMPARE_CLOSE(signPermutationTest({3, 3, 0}, {0, 0, 1}).p, 0.5, 1e-12);
    // Five seeds that agree give 2 / 32, never less.
    COMPARE_CLOSE(signPermutationTest({9, 8, 9, 7, 9}, {1, 1, 1, 1, 1}).p, 0.0625, 1e-12);
    COMPARE(signPermutationTest({1, 1}, {1, 1}).p, 1.0);
    VERIFY(std::isnan(signPermutationTest({}, {}).mean));
}

TEST(drawnPermutationsFollowTheirSeed)
{
    Random random(3);
    std::vector<double> a;
    std::vector<double> b;
    for (int i = 0; i < 70; ++i) {
        a.push_back(random.normal() + 0.2);
        b.push_back(random.normal());
    }
    const PermutationResult first = signPermutationTest(a, b);
    VERIFY(!first.isExact);
    COMPARE(first.p, signPermutationTest(a, b).p);
    VERIFY(first.p != signPermutationTest(a, b, {.seed = 1}).p);
    // As the t test, which is near for 70 pairs.
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        sum += a[i] - b[i];
        squares += (a[i] - b[i]) * (a[i] - b[i]);
    }
    const double z = std::abs(sum) / std::sqrt(squares);
    COMPARE_CLOSE(first.p, std::erfc(z / std::sqrt(2.0)), 0.02);
}
