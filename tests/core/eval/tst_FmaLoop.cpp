// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/FmaLoop.h"
#include "tests/support/Test.h"

#include <map>

using namespace espalier;

/// By hand: 0, 1, 1.5, 1.75 for fp32; 0, 1, 2, 3 for pairs of bf16.
TEST(everyLaneOfEveryUnitDoesItsSteps)
{
    for (const FmaUnit unit : fmaUnits()) {
        const bool bf16 = isBf16(unit);
        COMPARE(fmaLoop(unit, 0).lane, 0.0);
        COMPARE(fmaLoop(unit, 1).lane, 1.0);
        COMPARE(fmaLoop(unit, 3).lane, bf16 ? 3.0 : 1.75);
    }
}

TEST(operationsGrowWithStepsAndWidth)
{
    const double plain = fmaLoop(FmaUnit::Plain, 10).operations;
    COMPARE(fmaLoop(FmaUnit::Plain, 20).operations, 2 * plain);
    // Lanes beside the plain four; the tiles have 4 x 16 x 16 sums of 32 products each, for 48
    // lanes.
    const std::map<FmaUnit, double> wider{{FmaUnit::Plain, 1},
                                          {FmaUnit::Avx2, 2},
                                          {FmaUnit::Avx512, 4},
                                          {FmaUnit::Avx512Bf16, 8},
                                          {FmaUnit::AmxBf16, 4.0 * 16 * 16 * 32 / 48}};
    for (const FmaUnit unit : fmaUnits()) {
        COMPARE_CLOSE(fmaLoop(unit, 10).operations, wider.at(unit) * plain, 1e-6);
    }
}

/// A core without a vector unit does far more than 0.1 GFLOP/s, and none reaches 10 TFLOP/s.
TEST(theLimitIsThatOfAProcessor)
{
    for (const FmaUnit unit : fmaUnits()) {
        const double limit = fmaLimit(unit, 1, 1);
        VERIFY2(limit > 1e8 && limit < 1e13, std::to_string(limit));
    }
}
