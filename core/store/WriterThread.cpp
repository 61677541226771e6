// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/WriterThread.h"

#include "core/base/Error.h"

namespace espalier {

namespace {
constexpr std::size_t kLargestBatch = 500;
}

WriterThread::WriterThread(Database& database)
    : m_database(database)
    , m_thread([this] { loop(); })
{
}

WriterThread::~WriterThread()
{
    {
        const std::lock_guard lock(m_mutex);
        m_leaving = true;
    }
    m_changed.notify_one();
    m_thread.join();
}

void WriterThread::post(Work work)
{
    enqueue({.work = std::move(work)});
}

void WriterThread::wait(Work work)
{
    Task task{.work = std::move(work), .done = std::promise<void>()};
    std::future<void> done = task.done->get_future();
    enqueue(std::move(task));
    done.get();
}

void WriterThread::flush()
{
    std::exception_ptr failure;
    try {
        wait([] {});
    } catch (const std::exception&) { // it shared a transaction with what failed
        failure = std::current_exception();
    }
    {
        const std::lock_guard lock(m_mutex);
        failure = m_failure ? m_failure : failure;
        m_failure = nullptr; // told once, whichever of the two came first
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

void WriterThread::enqueue(Task task)
{
    {
        const std::lock_guard lock(m_mutex);
        m_tasks.push_back(std::move(task));
    }
    m_changed.notify_one();
}

void WriterThread::loop()
{
    for (;;) {
        std::vector<Task> batch;
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait(lock, [this] { return m_leaving || !m_tasks.empty(); });
            if (m_tasks.empty()) {
                return;
            }
            while (!m_tasks.empty() && batch.size() < kLargestBatch) {
                batch.push_back(std::move(m_tasks.front()));
                m_tasks.pop_front();
            }
        }
        runBatch(batch);
        deliver(batch);
    }
}

void WriterThread::runBatch(std::vector<Task>& batch)
{
    std::exception_ptr failure;
    try {
        m_database.execute("BEGIN IMMEDIATE");
        for (Task& task : batch) {
            runTask(task);
            if (!m_database.isInTransaction()) { // SQLite gave up the whole transaction
                std::rethrow_exception(task.failure);
            }
        }
        m_database.execute("COMMIT");
        return;
    } catch (const std::exception&) {
        failure = std::current_exception();
    }
    for (Task& task : batch) { // nothing of this batch is on disk
        task.failure = failure;
    }
    if (m_database.isInTransaction()) {
        m_database.rollBack();
    }
}

void WriterThread::runTask(Task& task)
{
    m_database.execute("SAVEPOINT task");
    try {
        task.work();
    } catch (const std::exception&) {
        task.failure = std::current_exception();
        if (!m_database.isInTransaction()) {
            return;
        }
        m_database.execute("ROLLBACK TO task");
    }
    m_database.execute("RELEASE task");
}

void WriterThread::deliver(std::vector<Task>& batch)
{
    for (Task& task : batch) {
        if (task.done && task.failure) {
            task.done->set_exception(task.failure);
        } else if (task.done) {
            task.done->set_value();
        } else if (task.failure) {
            const std::lock_guard lock(m_mutex);
            m_failure = m_failure ? m_failure : task.failure;
        }
    }
}

} // namespace espalier
