// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Random.h"
#include "tests/support/Test.h"

#include <array>

using namespace espalier;

TEST(publishedValuesOfSplitMix64)
{
    // First outputs for seed 1234567 of the authors' C program.
    Random random(1234567);
    COMPARE(random.next(), 6457827717110365317u);
    COMPARE(random.next(), 3203168211198807973u);
    COMPARE(random.next(), 9817491932198370423u);
}

TEST(stateGoesOnWhereItWas)
{
    Random first(7);
    first.normal();
    Random second(first.state());
    COMPARE(first.next(), second.next());
    VERIFY(Random(7).stream(1).next() != Random(7).stream(2).next());
}

TEST(belowIsEvenAndInRange)
{
    Random random(3);
    std::array<int, 7> counts{};
    for (int i = 0; i < 70000; ++i) {
        const std::uint64_t value = random.below(7);
        VERIFY(value < 7);
        ++counts[value];
    }
    for (const int count : counts) {
        VERIFY(std::abs(count - 10000) < 500);
    }
    COMPARE(random.below(1), 0u);
    COMPARE(random.below(0), 0u);
}

TEST(uniformAndNormalHaveTheirMoments)
{
    Random random(11);
    double sum = 0, square = 0, flat = 0;
    constexpr int kDraws = 200000;
    for (int i = 0; i < kDraws; ++i) {
        const double u = random.uniform();
        VERIFY(u >= 0 && u < 1);
        flat += u;
        const double z = random.normal();
        sum += z;
        square += z * z;
    }
    COMPARE_CLOSE(flat / kDraws, 0.5, 0.005);
    COMPARE_CLOSE(sum / kDraws, 0.0, 0.01);
    COMPARE_CLOSE(square / kDraws, 1.0, 0.02);
}
