// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/TokenOrder.h"
#include "tests/support/Test.h"

#include <algorithm>

using namespace espalier;

using Numbers = std::vector<std::int64_t>;

TEST(everyEpochSeesEachWindowOnce)
{
    TokenOrder order(7, 5);
    const Numbers seen = order.at(0, 21);
    for (std::ptrdiff_t epoch = 0; epoch < 3; ++epoch) {
        Numbers one(seen.begin() + 7 * epoch, seen.begin() + 7 * (epoch + 1));
        std::sort(one.begin(), one.end());
        COMPARE(one, (Numbers{0, 1, 2, 3, 4, 5, 6}));
    }
    VERIFY(!std::equal(seen.begin(), seen.begin() + 7, seen.begin() + 7)); // epochs differ
}

TEST(anyPositionIsFoundWithoutTheOnesBefore)
{
    TokenOrder whole(7, 5);
    const Numbers seen = whole.at(0, 40);
    for (const std::int64_t first : {3, 7, 12, 33}) {
        TokenOrder fresh(7, 5);
        COMPARE(fresh.at(first, 5), Numbers(seen.begin() + first, seen.begin() + first + 5));
    }
}

TEST(seedsGiveDifferentOrders)
{
    COMPARE(TokenOrder(50, 1).at(0, 50), TokenOrder(50, 1).at(0, 50));
    VERIFY(TokenOrder(50, 1).at(0, 50) != TokenOrder(50, 2).at(0, 50));
}

TEST(noWindowsAreRefused)
{
    VERIFY_FAILS(TokenOrder(0, 1), ErrorCode::InvalidInput, "0 windows");
}
