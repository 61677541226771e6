// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/BlockChoice.h"
#include "tests/support/Test.h"

using namespace espalier;

using Blocks = std::vector<std::int64_t>;

TEST(readsEveryForm)
{
    COMPARE(chosenBlocks("even", 5), (Blocks{0, 2, 4}));
    COMPARE(chosenBlocks("even", 4), (Blocks{0, 2}));
    COMPARE(chosenBlocks("first:3", 5), (Blocks{0, 1, 2}));
    COMPARE(chosenBlocks("last:3", 5), (Blocks{2, 3, 4}));
    COMPARE(chosenBlocks("0,2,4", 5), (Blocks{0, 2, 4}));
    COMPARE(chosenBlocks(" 1 , 3 ", 5), (Blocks{1, 3}));
    COMPARE(chosenBlocks("", 5), Blocks{});
}

TEST(refusesWithBothValues)
{
    VERIFY_FAILS(chosenBlocks("0,5", 5), ErrorCode::InvalidInput,
                 "there is no block 5, they are numbered 0 to 4");
    VERIFY_FAILS(chosenBlocks("last:6", 5), ErrorCode::InvalidInput,
                 "6 blocks are wanted, 1 to 5 are possible");
    VERIFY_FAILS(chosenBlocks("first:0", 5), ErrorCode::InvalidInput, "0 blocks are wanted");
    VERIFY_FAILS(chosenBlocks("2,1", 5), ErrorCode::InvalidInput, "block 1 stands after block 2");
    VERIFY_FAILS(chosenBlocks("1,1", 5), ErrorCode::InvalidInput, "block 1 stands after block 1");
    VERIFY_FAILS(chosenBlocks("odd", 5), ErrorCode::InvalidInput, "\"odd\" is not a block number");
    VERIFY_FAILS(chosenBlocks("1,", 5), ErrorCode::InvalidInput, "not a block number");
    VERIFY_FAILS(chosenBlocks("first:x", 5), ErrorCode::InvalidInput,
                 "\"x\" is not a whole number");
    VERIFY_FAILS(chosenBlocks("-1", 5), ErrorCode::InvalidInput, "there is no block -1");
}
