// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace espalier {

/// Loads one block ahead on a thread of its own. All but the reading happens on the caller's
/// thread.
class BlockReader {
public:
    using Action = std::function<void(std::int64_t index)>;

    BlockReader(Action load, Action release);
    ~BlockReader();
    BlockReader(const BlockReader&) = delete;
    BlockReader& operator=(const BlockReader&) = delete;

    /// Starts to read `index`; a block read ahead before and never brought is released.
    void request(std::int64_t index);
    /// Returns once `index` is loaded: waits for the thread, or loads here. Rethrows what the
    /// reading threw.
    void bring(std::int64_t index);
    /// Drops what was read ahead of `index`.
    void forget(std::int64_t index);

private:
    enum class State { Idle = 1, Reading, Ready, Failed };

    void work(const std::stop_token& stop);
    void drop(std::unique_lock<std::mutex>& lock);

    Action m_load, m_release;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    State m_state = State::Idle;
    std::int64_t m_index = -1;
    std::exception_ptr m_failure;
    std::jthread m_thread; // last: joins before the rest goes
};

} // namespace espalier
