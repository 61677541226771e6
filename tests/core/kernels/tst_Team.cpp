// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/Team.h"
#include "tests/support/Test.h"

#include <array>
#include <cstdint>

using namespace espalier;

TEST(everyPieceOfWorkIsDoneOnceAndSeenAfterTheWait)
{
    constexpr std::int64_t kTasks = 100, kRounds = 200;
    for (const int threads : {1, 2, 3}) {
        std::array<int, kTasks> done{};
        std::array<int, 8> wrong{};
        Team::run(threads, [&](TeamMember& member) {
            for (int round = 1; round <= kRounds; ++round) {
                for (std::int64_t task = 0; (task = member.take(kTasks)) >= 0;) {
                    ++done[static_cast<std::size_t>(task)];
                }
                member.wait();
                for (const int times : done) {
                    wrong[static_cast<std::size_t>(member.index())] += times == round ? 0 : 1;
                }
                member.wait();
            }
        });
        COMPARE(wrong, (std::array<int, 8>{}));
    }
}

TEST(aTeamInsideATeamIsOneThread)
{
    std::array<int, 2> members{};
    Team::run(2, [&](TeamMember& outer) {
        Team::run(2, [&](TeamMember& inner) {
            members[static_cast<std::size_t>(outer.index())] = inner.members();
        });
    });
    COMPARE(members[0], 1);
    VERIFY(members[1] <= 1); // 0: the machine gave one thread only
}

TEST(memoryStartsAtACacheLine)
{
    for (const std::size_t bytes : {std::size_t{1}, std::size_t{1000}, std::size_t{5} << 20}) {
        const KernelMemory memory(bytes);
        COMPARE(reinterpret_cast<std::uintptr_t>(memory.data()) % 64, 0U);
        COMPARE(memory.size(), bytes);
        memory.data()[bytes - 1] = std::byte{1};
        const KernelMemory empty(bytes, Pages::Zero);
        COMPARE(reinterpret_cast<std::uintptr_t>(empty.data()) % 64, 0U);
        VERIFY(empty.data()[0] == std::byte{0} && empty.data()[bytes - 1] == std::byte{0});
    }
}
