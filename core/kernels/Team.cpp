// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/Team.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <omp.h>
#include <sys/mman.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace espalier {

namespace {

constexpr std::size_t kLine = 64, kHugePage = std::size_t{2} << 20;

// About twenty microseconds: longer than the lists of a block differ by, shorter than a time slice.
constexpr int kSpins = 400;

void rest()
{
#if defined(__x86_64__)
    _mm_pause();
#endif
}

} // namespace

KernelMemory::KernelMemory(std::size_t bytes, Pages pages)
    : m_size(bytes)
{
    if (pages == Pages::Zero) {
        const std::size_t mapped = std::max(bytes, kLine);
        void* data =
            ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (data == MAP_FAILED) {
            throw std::bad_alloc();
        }
        m_data = {static_cast<std::byte*>(data), Free{mapped}};
        return;
    }
    const std::size_t alignment = bytes >= kHugePage ? kHugePage : kLine;
    const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
    m_data.reset(static_cast<std::byte*>(std::aligned_alloc(alignment, std::max(whole, kLine))));
    if (!m_data) {
        throw std::bad_alloc();
    }
    if (alignment == kHugePage) {
        // Streaming a model from small pages costs an address lookup every 4 KiB. A wish: failure
        // changes nothing.
        ::madvise(m_data.get(), whole, MADV_HUGEPAGE);
    }
}

void KernelMemory::Free::operator()(std::byte* data) const
{
    if (mapped > 0) {
        ::munmap(data, mapped);
    } else {
        std::free(data);
    }
}

int TeamMember::members() const
{
    return m_team.m_members;
}

std::int64_t TeamMember::take(std::int64_t tasks)
{
    const std::int64_t task = m_team.m_taken.fetch_add(1, std::memory_order_relaxed);
    return task < tasks ? task : -1;
}

void TeamMember::wait()
{
    Team& team = m_team;
    const int round = team.m_rounds.load(std::memory_order_acquire);
    if (team.m_arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == team.m_members) {
        team.m_arrived.store(0, std::memory_order_relaxed);
        team.m_taken.store(0, std::memory_order_relaxed);
        team.m_rounds.store(round + 1, std::memory_order_release);
        team.m_rounds.notify_all();
        return;
    }
    for (int i = 0; i < kSpins; ++i) {
        if (team.m_rounds.load(std::memory_order_acquire) != round) {
            return;
        }
        rest();
    }
    while (team.m_rounds.load(std::memory_order_acquire) == round) {
        team.m_rounds.wait(round, std::memory_order_acquire);
    }
}

float* TeamMember::scratch(std::int64_t count)
{
    const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(float);
    if (m_scratch.size() < bytes) {
        m_scratch = KernelMemory(bytes);
    }
    return reinterpret_cast<float*>(m_scratch.data());
}

void Team::run(int threads, const std::function<void(TeamMember&)>& body)
{
    if (threads <= 1 || omp_in_parallel() != 0) {
        Team alone(1);
        TeamMember member(alone, 0);
        body(member);
        return;
    }
    std::unique_ptr<Team> team;
#pragma omp parallel num_threads(threads)
    {
#pragma omp single
        team.reset(new Team(omp_get_num_threads())); // what was given, not what was asked for
        TeamMember member(*team, omp_get_thread_num());
        body(member);
    }
}

} // namespace espalier
