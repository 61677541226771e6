// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace espalier {

enum class Pages {
    Huge = 1, // where the system has them: for what is read from end to end; not set to anything
    Zero      // each taken when it is written to, zero until then: for what may stay empty
};

/// Memory for kernels, in whole cache lines.
class ESPALIER_API KernelMemory {
public:
    KernelMemory() = default;
    explicit KernelMemory(std::size_t bytes, Pages pages = Pages::Huge);

    std::byte* data() const { return m_data.get(); }

    std::size_t size() const { return m_size; }

private:
    struct Free {
        Free()
            : mapped(0)
        {
        }

        explicit Free(std::size_t bytes)
            : mapped(bytes)
        {
        }

        void operator()(std::byte* data) const;

        std::size_t mapped; // bytes to unmap; 0: from the heap
    };

    std::unique_ptr<std::byte, Free> m_data;
    std::size_t m_size = 0;
};

class Team;

/// One thread of a team. All members make the same calls of share() and wait() in the same order.
class ESPALIER_API TeamMember {
public:
    TeamMember(Team& team, int index)
        : m_team(team)
        , m_index(index)
    {
    }

    int index() const { return m_index; }

    int members() const;

    /// The next of `tasks` pieces of work that nobody has taken, or -1 when none is left. Between
    /// two lists of work stands a wait().
    std::int64_t take(std::int64_t tasks);
    /// Returns once every member has called it; what was written before is seen by all.
    void wait();
    /// `count` numbers of this member's own, kept from call to call while they suffice.
    float* scratch(std::int64_t count);

private:
    Team& m_team;
    int m_index;
    KernelMemory m_scratch;
};

/// Threads that go through one list of work after another without being started anew: a barrier
/// spins for a moment before it sleeps, because the lists of a decoding step take microseconds.
class ESPALIER_API Team {
public:
    /// Runs `body` on `threads` threads (OpenMP's, the caller among them) and returns when all have
    /// ended. The body must not throw.
    static void run(int threads, const std::function<void(TeamMember&)>& body);

private:
    friend class TeamMember;

    explicit Team(int members)
        : m_members(members)
    {
    }

    int m_members;
    std::atomic<std::int64_t> m_taken{0};
    std::atomic<int> m_arrived{0};
    std::atomic<int> m_rounds{0};
};

} // namespace espalier
