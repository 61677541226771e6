// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/ItemComparison.h"
#include "core/base/Random.h"
#include "tests/support/Test.h"

#include <cmath>
#include <limits>

using namespace espalier;
using namespace std::string_literals;

namespace {

const ItemMeasure kPerplexity{.name = "perplexity on wikitext2 (scripts)",
                              .items = "windows",
                              .scale = ItemScale::Perplexity};

/// Losses of 64 windows: hard and easy ones alike for every model, plus what is its own.
std::vector<double> losses(Random& random, const std::vector<double>& windows, double shift,
                           double noise)
{
    std::vector<double> values;
    for (const double window : windows) {
        values.push_back(window + shift + noise * random.normal());
    }
    return values;
}

std::vector<double> windowsOf(Random& random, std::size_t count)
{
    std::vector<double> values;
    for (std::size_t i = 0; i < count; ++i) {
        values.push_back(3.2 + 0.3 * random.normal());
    }
    return values;
}

std::vector<double> answers(Random& random, std::size_t count, double share)
{
    std::vector<double> values;
    for (std::size_t i = 0; i < count; ++i) {
        values.push_back(random.uniform() < share ? 1.0 : 0.0);
    }
    return values;
}

} // namespace

TEST(saysWhoBeatsWhom)
{
    // B loses 0.1 on every window, give or take nothing; C is A with two windows exchanged
    // and a trifle worse.
    std::vector<double> a;
    std::vector<double> b;
    for (int i = 0; i < 64; ++i) {
        a.push_back(1.0 + 0.001 * i);
        b.push_back(a.back() + 0.1 + (i % 2 == 0 ? 0.01 : -0.01));
    }
    std::vector<double> c = a;
    std::swap(c.front(), c.back());
    c[5] += 1e-6;
    const ItemComparison result = compareItems({{"B", b}, {"A", a}, {"C", c}}, kPerplexity);
    COMPARE(result.order, (std::vector<std::size_t>{1, 2, 0}));
    COMPARE_CLOSE(result.scores[1], std::exp(1.0315), 1e-9);
    COMPARE(result.verdicts.size(), 2U);
    VERIFY(!result.verdicts[0].isDecided && result.verdicts[1].isDecided);
    // exp(1.1315) - exp(1.0315) = 0.295
    COMPARE(result.sentence,
            "Perplexity on wikitext2 (scripts): A and C cannot be told apart, p = 0.93, n = 64; "
            "A beats B by 0.30, p < 0.001, n = 64 (paired bootstrap over windows, "
            "Holm-adjusted over all pairs)."s);
    VERIFY(compareItems({{"A", a}}, kPerplexity).sentence.empty());
    VERIFY_FAILS(compareItems({{"A", a}, {"B", {1.0}}}, kPerplexity), ErrorCode::InvalidInput,
                 "equal length");
}

TEST(sharesAreJudgedByMcNemar)
{
    // 12 questions only A answers, 2 only B: 2 (1 + 14 + 91) / 2^14.
    std::vector<double> a(80, 1.0);
    std::vector<double> b(80, 1.0);
    std::fill_n(b.begin(), 12, 0.0);
    std::fill_n(a.begin() + 20, 2, 0.0);
    const ItemMeasure measure{.name = "acc on blimp",
                              .items = "questions",
                              .scale = ItemScale::Share,
                              .better = Better::Higher,
                              .decimals = 3};
    const ItemComparison result = compareItems({{"A", a}, {"B", b}}, measure);
    COMPARE_CLOSE(result.verdicts[0].p, 212.0 / 16384.0, 1e-12);
    COMPARE(result.sentence, "Acc on blimp: A beats B by 0.125, p = 0.013, n = 80 (McNemar's test "
                             "over questions)."s);
}

TEST(aPlantedTieIsATie)
{
    Random random(11);
    int windowTies = 0;
    int answerTies = 0;
    const ItemMeasure share{
        .name = "acc", .items = "questions", .scale = ItemScale::Share, .better = Better::Higher};
    for (int trial = 0; trial < 100; ++trial) {
        const std::vector<double> windows = windowsOf(random, 64);
        const ItemComparison byLoss = compareItems({{"A", losses(random, windows, 0.0, 0.05)},
                                                    {"B", losses(random, windows, 0.0, 0.05)},
                                                    {"C", losses(random, windows, 0.0, 0.05)}},
                                                   kPerplexity, {.resamples = 2000});
        windowTies += !byLoss.verdicts[0].isDecided && !byLoss.verdicts[1].isDecided ? 1 : 0;
        const ItemComparison byAnswer = compareItems(
            {{"A", answers(random, 300, 0.6)}, {"B", answers(random, 300, 0.6)}}, share);
        answerTies += byAnswer.verdicts[0].isDecided ? 0 : 1;
    }
    VERIFY2(windowTies >= 95, std::to_string(windowTies));
    VERIFY2(answerTies >= 95, std::to_string(answerTies));
}

TEST(aRealDifferenceIsFound)
{
    Random random(12);
    int found = 0;
    int rightWay = 0;
    for (int trial = 0; trial < 100; ++trial) {
        const std::vector<double> windows = windowsOf(random, 64);
        // 0.03 nat of shift, differences with a deviation of 0.07: t is 3.4 on average.
        const ItemComparison result = compareItems(
            {{"B", losses(random, windows, 0.03, 0.05)}, {"A", losses(random, windows, 0.0, 0.05)}},
            kPerplexity, {.resamples = 2000});
        found += result.verdicts[0].isDecided ? 1 : 0;
        rightWay += result.verdicts[0].isDecided && result.verdicts[0].better == 1 ? 1 : 0;
    }
    VERIFY2(found >= 85, std::to_string(found));
    COMPARE(rightWay, found);
}

TEST(seedsAreAveragedItemByItem)
{
    COMPARE(averagedItems({{1, 2}, {3, 6}}), (std::vector<double>{2, 4}));
    VERIFY(averagedItems({{1, 2}, {3}}).empty());
    VERIFY(averagedItems({}).empty());
    COMPARE(itemSeriesName("wikitext2", "nll"), "items/wikitext2/nll"s);
}
