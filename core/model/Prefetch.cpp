// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/Prefetch.h"

namespace espalier {

BlockReader::BlockReader(Action load, Action release)
    : m_load(std::move(load))
    , m_release(std::move(release))
    , m_thread([this](const std::stop_token& stop) { work(stop); })
{
}

BlockReader::~BlockReader() = default;

void BlockReader::work(const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    while (m_changed.wait(lock, stop, [&] { return m_state == State::Reading; })) {
        const std::int64_t index = m_index;
        std::exception_ptr failure;
        lock.unlock();
        try {
            m_load(index);
        } catch (const std::exception&) {
            failure = std::current_exception();
        }
        lock.lock();
        m_failure = failure;
        m_state = failure ? State::Failed : State::Ready;
        m_changed.notify_all();
    }
}

void BlockReader::drop(std::unique_lock<std::mutex>& lock)
{
    m_changed.wait(lock, [&] { return m_state != State::Reading; });
    if (m_state != State::Idle) {
        m_release(m_index);
    }
    m_state = State::Idle;
    m_index = -1;
}

void BlockReader::request(std::int64_t index)
{
    std::unique_lock lock(m_mutex);
    if (m_index == index) {
        return;
    }
    drop(lock);
    m_index = index;
    m_state = State::Reading;
    m_changed.notify_all();
}

void BlockReader::bring(std::int64_t index)
{
    std::unique_lock lock(m_mutex);
    if (m_index != index) {
        m_load(index);
        return;
    }
    m_changed.wait(lock, [&] { return m_state != State::Reading; });
    const bool failed = m_state == State::Failed;
    m_state = State::Idle;
    m_index = -1;
    if (failed) {
        m_release(index);
        std::rethrow_exception(m_failure);
    }
}

void BlockReader::forget(std::int64_t index)
{
    std::unique_lock lock(m_mutex);
    if (m_index == index) {
        drop(lock);
    }
}

} // namespace espalier
