// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/runners/Runner.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <thread>

namespace espalier {

ActiveRun::~ActiveRun() = default;

namespace {

class ThreadRun : public ActiveRun {
public:
    ThreadRun(WorkerInputs inputs, const MethodCatalog& methods)
        : m_inputs(std::move(inputs))
        , m_done(m_finished.get_future())
        , m_thread([this, &methods] {
            m_failed = executeRun(m_inputs, methods, m_request) == RunStatus::Failed;
            m_finished.set_value();
        })
    {
    }

    ~ThreadRun() override
    {
        request(StopRequest::Leave);
        m_thread.join();
    }

    void request(StopRequest request) override
    {
        // The first request holds: a run that is leaving is not paused as well.
        StopRequest none = StopRequest::None;
        m_request.compare_exchange_strong(none, request);
    }

    bool waitFor(int milliseconds) override
    {
        return m_done.wait_for(std::chrono::milliseconds(milliseconds)) ==
               std::future_status::ready;
    }

    std::string endedBy() const override
    {
        return m_failed ? std::string(kJournalLost) : std::string();
    }

private:
    WorkerInputs m_inputs;
    std::atomic<StopRequest> m_request{StopRequest::None};
    std::atomic<bool> m_failed{false};
    std::promise<void> m_finished;
    std::future<void> m_done;
    std::thread m_thread;
};

} // namespace

std::unique_ptr<ActiveRun> startThread(WorkerInputs inputs, const MethodCatalog& methods)
{
    // Of a process that executed this run before: whoever wants to stop it must not ask that
    // number.
    std::error_code ignored;
    std::filesystem::remove(inputs.folder / "worker.pid", ignored);
    return std::make_unique<ThreadRun>(std::move(inputs), methods);
}

} // namespace espalier
