// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/Significance.h"
#include "core/analysis/StudentT.h"
#include "tests/support/Test.h"

#include <cmath>
#include <limits>

using namespace std::string_literals;
using espalier::Better;
using espalier::PairedDifference;
using espalier::Verdict;

namespace {
const double kNan = std::numeric_limits<double>::quiet_NaN();
}

TEST(describesAHandfulOfNumbers)
{
    // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squares 32, deviation sqrt(32/7), t(0.975, 7) = 2.364624.
    const auto sample = espalier::describeSample({2, 4, 4, kNan, 4, 5, 5, 7, 9});
    COMPARE(sample.count, 8U);
    COMPARE_CLOSE(sample.mean, 5.0, 1e-12);
    COMPARE_CLOSE(sample.deviation, std::sqrt(32.0 / 7.0), 1e-12);
    COMPARE_CLOSE(sample.standardError, std::sqrt(4.0 / 7.0), 1e-12);
    COMPARE_CLOSE(sample.high - sample.mean, 2.364624 * std::sqrt(4.0 / 7.0), 1e-6);
    COMPARE_CLOSE(sample.mean - sample.low, sample.high - sample.mean, 1e-12);
}

TEST(oneNumberHasNoDeviation)
{
    const auto one = espalier::describeSample({3.0});
    COMPARE(one.mean, 3.0);
    VERIFY(std::isnan(one.deviation) && std::isnan(one.low));
    VERIFY(std::isnan(espalier::describeSample({}).mean));
}

TEST(agreesWithTablesOfStudentsT)
{
    COMPARE_CLOSE(espalier::studentQuantile(0.975, 1), 12.7062047, 1e-6);
    COMPARE_CLOSE(espalier::studentQuantile(0.975, 4), 2.77644511, 1e-7);
    COMPARE_CLOSE(espalier::studentQuantile(0.9, 9), 1.38302874, 1e-7);
    COMPARE_CLOSE(espalier::studentQuantile(0.025, 4), -2.77644511, 1e-7);
    COMPARE_CLOSE(espalier::studentQuantile(0.975, 1e6), 1.9599663, 1e-5);
    COMPARE_CLOSE(espalier::studentDistribution(0.0, 3), 0.5, 1e-14);
    // One degree of freedom is Cauchy: 1/2 + atan(t)/pi.
    COMPARE_CLOSE(espalier::studentDistribution(2.0, 1), 0.5 + std::atan(2.0) / 3.14159265358979,
                  1e-12);
}

TEST(resamplesThePairs)
{
    std::vector<double> a;
    std::vector<double> b;
    for (int i = 0; i < 40; ++i) {
        a.push_back(10.0 + 3.0 * std::sin(i) + 0.5);
        b.push_back(10.0 + 3.0 * std::sin(i) + 0.1 * (i % 2 == 0 ? 1 : -1));
    }
    // Differences are 0.4 and 0.6 in turn: mean 0.5, spread 0.1, s.e.m. 0.1/sqrt(40) = 0.0158.
    const auto difference = espalier::pairedBootstrap(a, b);
    COMPARE(difference.pairs, 40U);
    COMPARE_CLOSE(difference.mean, 0.5, 1e-12);
    COMPARE_CLOSE(difference.low, 0.5 - 1.96 * 0.0158, 0.002);
    COMPARE_CLOSE(difference.high, 0.5 + 1.96 * 0.0158, 0.002);
    COMPARE_CLOSE(difference.p, 2.0 / 10001.0, 1e-12);
}

TEST(seedsDecideTheResamples)
{
    std::vector<double> a;
    for (int i = 0; i < 40; ++i) {
        a.push_back(std::sin(7.0 * i));
    }
    const std::vector<double> b(a.size(), 0.0);
    const auto first = espalier::pairedBootstrap(a, b);
    const auto again = espalier::pairedBootstrap(a, b);
    const auto other = espalier::pairedBootstrap(a, b, {.seed = 1});
    VERIFY(first.low == again.low && first.high == again.high && first.p == again.p);
    VERIFY(first.low != other.low && first.high != other.high);
}

TEST(fewPairsAnswerToTheTTest)
{
    // Differences 1, 2, 3: t = 2 / (1 / sqrt(3)) = 3.4641, two degrees of freedom: p = 0.07418.
    const auto difference = espalier::pairedBootstrap({2, 4, 6}, {1, 2, 3});
    COMPARE_CLOSE(difference.p, 0.07418, 1e-5);
    COMPARE_CLOSE(difference.low, 2.0 - 4.302653 / std::sqrt(3.0), 1e-5);
    VERIFY(espalier::verdictOf(difference) == Verdict::Indistinguishable);
}

TEST(leavesOutPairsWithAHole)
{
    COMPARE(espalier::pairedBootstrap({1, kNan, 3}, {0, 0, kNan}).pairs, 1U);
    const auto none = espalier::pairedBootstrap({}, {});
    VERIFY(none.pairs == 0 && none.p == 1.0 && std::isnan(none.mean));
    VERIFY_FAILS(espalier::pairedBootstrap({1.0}, {}), espalier::ErrorCode::InvalidInput,
                 "1 and 0");
}

TEST(correctsAsHolmDid)
{
    // Sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1: 0.04, 0.06, 0.06, 0.06 (never falling).
    const auto adjusted = espalier::holmAdjusted({0.04, 0.01, 0.03, 0.02});
    const std::vector<double> expected{0.06, 0.04, 0.06, 0.06};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        COMPARE_CLOSE(adjusted[i], expected[i], 1e-12);
    }
    COMPARE(espalier::holmAdjusted({0.9, 0.8}), (std::vector<double>{1.0, 1.0}));
}

TEST(wordsItsVerdicts)
{
    const PairedDifference lower{5, -0.571, -0.659, -0.488, 0.0002};
    COMPARE(espalier::verdictText("SparseGPT", "Wanda", "perplexity", lower),
            "SparseGPT beats Wanda: perplexity 0.57 lower (95\u202F% CI 0.49 to 0.66, p < 0.001; "
            "paired bootstrap and t test, 5 seeds)."s);
    const PairedDifference higher{166, 0.571, 0.488, 0.659, 0.004};
    COMPARE(espalier::verdictText("Wanda", "SparseGPT", "perplexity", higher,
                                  {.pairs = "windows", .correction = "Holm-adjusted "}),
            "SparseGPT beats Wanda: perplexity 0.57 lower (95\u202F% CI 0.49 to 0.66, "
            "Holm-adjusted p = 0.0040; paired bootstrap, 166 windows)."s);
    VERIFY(espalier::verdictOf(higher, {.better = Better::Higher}) == Verdict::Beats);
    const PairedDifference close{5, 0.09, -0.1, 0.3, 0.41};
    COMPARE(espalier::verdictText("ZipLM", "Logit KD", "perplexity", close),
            "ZipLM is indistinguishable from Logit KD: perplexity differs by 0.09 (p = 0.41; "
            "paired bootstrap and t test, 5 seeds)."s);
    const PairedDifference few{2, -3.0, -3.1, -2.9, 0.0002};
    COMPARE(espalier::verdictText("SparseGPT", "Wanda", "perplexity", few),
            "SparseGPT against Wanda: not enough seeds to tell (2; 5 planned)."s);
}
