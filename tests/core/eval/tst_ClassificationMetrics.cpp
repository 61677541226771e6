// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Random.h"
#include "core/eval/ClassificationMetrics.h"
#include "tests/support/Test.h"

#include <cmath>

using namespace espalier;

namespace {

// tp 3, fn 1, fp 2, tn 4
const Labels kGold{1, 1, 1, 1, 0, 0, 0, 0, 0, 0};
const Labels kPredicted{1, 1, 1, 0, 1, 1, 0, 0, 0, 0};

} // namespace

TEST(sharesOfTenAnswers)
{
    const MetricEstimate right = accuracy(kGold, kPredicted);
    COMPARE_CLOSE(right.value, 0.7, 1e-12);
    COMPARE_CLOSE(right.standardError, std::sqrt(0.21 / 9.0), 1e-12);
    COMPARE(right.n, 10);
    VERIFY(!right.isBootstrapped);
    const MetricEstimate binary = f1(kGold, kPredicted);
    COMPARE_CLOSE(binary.value, 6.0 / 9.0, 1e-12);
    VERIFY(binary.isBootstrapped && binary.standardError > 0.05 && binary.standardError < 0.35);
    COMPARE(binary.standardError, f1(kGold, kPredicted).standardError); // seeded
    COMPARE_CLOSE(f1(kGold, kPredicted, 0).value, 8.0 / 11.0, 1e-12);
    COMPARE_CLOSE(macroF1(kGold, kPredicted).value, (2.0 / 3.0 + 8.0 / 11.0) / 2.0, 1e-12);
    // (3 4 - 2 1) / sqrt(5 4 6 5)
    COMPARE_CLOSE(matthews(kGold, kPredicted).value, 10.0 / std::sqrt(600.0), 1e-12);
    COMPARE(f1({0, 0}, {0, 0}).value, 0.0);
    COMPARE(matthews({1, 1}, {1, 1}).value, 0.0);
    VERIFY_FAILS(accuracy({1}, {}), ErrorCode::InvalidInput, "0 and 1");
    VERIFY_FAILS(accuracy({}, {}), ErrorCode::InvalidInput, "one at least");
}

TEST(matthewsOfThreeLabels)
{
    // Right 4 of 6; gold 2 2 2, predicted 3 2 1: (4 6 - 12) / sqrt((36 - 14)(36 - 12)).
    COMPARE_CLOSE(matthews({0, 0, 1, 1, 2, 2}, {0, 0, 1, 0, 2, 1}).value,
                  12.0 / std::sqrt(22.0 * 24.0), 1e-12);
}

TEST(correlationsByHand)
{
    // x 1 2 3 4, y 2 1 4 3: sum of products of deviations 3, squares 5 and 5.
    COMPARE_CLOSE(pearson({1, 2, 3, 4}, {2, 1, 4, 3}).value, 0.6, 1e-12);
    COMPARE(averageRanks({10, 20, 20, 5}), (std::vector<double>{2, 3.5, 3.5, 1}));
    COMPARE(averageRanks({7, 7, 7}), (std::vector<double>{2, 2, 2}));
    COMPARE_CLOSE(spearman({1, 2, 3, 4}, {1, 10, 100, 1000}).value, 1.0, 1e-12);
    // Ranks 1 2.5 2.5 4 and 1 2 3 4: 4.5 / sqrt(4.5 5).
    COMPARE_CLOSE(spearman({1, 2, 2, 3}, {1, 2, 3, 4}).value, 4.5 / std::sqrt(22.5), 1e-12);
    VERIFY(std::isnan(pearson({1, 1, 1}, {1, 2, 3}).value));
}

TEST(bootstrapErrorsAreNearTheTextbook)
{
    Random random(4);
    std::vector<double> x;
    std::vector<double> y;
    for (int i = 0; i < 400; ++i) {
        x.push_back(random.normal());
        y.push_back(0.6 * x.back() + 0.8 * random.normal());
    }
    const MetricEstimate r = pearson(x, y); // (1 - rho^2) / sqrt(n - 1)
    COMPARE_CLOSE(r.value, 0.6, 0.1);
    COMPARE_CLOSE(r.standardError, (1 - r.value * r.value) / std::sqrt(399.0), 0.006);
}

TEST(calibrationByHand)
{
    // Two bins: (0, 0.5] holds 0.4 wrong, 0.5 right: gap |1 - 0.9|; (0.5, 1] holds 0.9 right, 0.8
    // wrong: |1 - 1.7|. (0.1 + 0.7) / 4
    const std::vector<double> confidence{0.4, 0.5, 0.9, 0.8};
    const std::vector<bool> isRight{false, true, true, false};
    COMPARE_CLOSE(calibrationError(confidence, isRight, 2).value, 0.2, 1e-12);
    COMPARE(calibrationError({1.0, 1.0}, {true, true}).value, 0.0);
    COMPARE_CLOSE(calibrationError({0.0, 0.0}, {true, true}).value, 1.0, 1e-12);
    VERIFY_FAILS(calibrationError({1.5}, {true}), ErrorCode::InvalidInput, "1.5");
    VERIFY_FAILS(calibrationError({0.5}, {true}, 0), ErrorCode::InvalidInput, "bin");
}

TEST(winsInBothOrders)
{
    std::vector<JudgedPair> pairs(4, {Judgement::Win, Judgement::Win});
    pairs.insert(pairs.end(), 2, {Judgement::Loss, Judgement::Loss});
    pairs.push_back({Judgement::Tie, Judgement::Tie});
    pairs.insert(pairs.end(), 2, {Judgement::Win, Judgement::Loss});
    pairs.push_back({Judgement::Win, Judgement::Tie});
    pairs.push_back({Judgement::Win, Judgement::Unread});
    const WinRate result = winRate(pairs);
    COMPARE(result.wins, 4);
    COMPARE(result.losses, 2);
    COMPARE(result.ties, 4);
    COMPARE(result.unread, 1);
    COMPARE_CLOSE(result.rate.value, 0.4, 1e-12);
    COMPARE_CLOSE(result.adjusted.value, 0.6, 1e-12);
    COMPARE_CLOSE(result.consistency, 0.7, 1e-12);
    COMPARE_CLOSE(result.p, 44.0 / 64.0, 1e-12); // 2 (1 + 6 + 15) / 64
    COMPARE(result.rate.n, 10);
    const auto wilson = [](int wins, int all) {
        std::vector<JudgedPair> list(static_cast<std::size_t>(wins),
                                     {Judgement::Win, Judgement::Win});
        list.resize(static_cast<std::size_t>(all), {Judgement::Loss, Judgement::Loss});
        return winRate(list);
    };
    COMPARE_CLOSE(wilson(40, 80).wilsonLow, 0.393, 5e-4);
    COMPARE_CLOSE(wilson(48, 80).wilsonHigh, 0.700, 5e-4);
    COMPARE_CLOSE(wilson(403, 805).wilsonLow, 0.466, 5e-4);
    VERIFY(std::isnan(winRate({}).rate.value));
}
