// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/Database.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace espalier {

/// Runs work on one thread, many pieces in one transaction. A piece that throws takes back its own
/// changes only.
class WriterThread {
public:
    using Work = std::function<void()>;

    explicit WriterThread(Database& database);
    /// Finishes what was asked.
    ~WriterThread();
    WriterThread(const WriterThread&) = delete;
    WriterThread& operator=(const WriterThread&) = delete;

    /// Returns at once; a failure is thrown by the next flush().
    void post(Work work);
    /// Returns when the work is on disk; throws what it threw.
    void wait(Work work);
    void flush();

private:
    struct Task {
        Work work = {};
        std::optional<std::promise<void>> done = {};
        std::exception_ptr failure = {};
    };

    void enqueue(Task task);
    void loop();
    void runBatch(std::vector<Task>& batch);
    void runTask(Task& task);
    void deliver(std::vector<Task>& batch);

    Database& m_database;
    std::mutex m_mutex = {};
    std::condition_variable m_changed = {};
    std::deque<Task> m_tasks = {};
    std::exception_ptr m_failure = {}; // the first of posted work
    bool m_leaving = false;
    std::thread m_thread;
};

} // namespace espalier
