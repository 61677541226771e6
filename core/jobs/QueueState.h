// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/jobs/JobQueue.h"
#include "core/jobs/WaitingRuns.h"
#include "core/jobs/runners/Runner.h"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace espalier {

/// What the threads of a JobQueue share: one thread for each device slot takes waiting runs, starts
/// their workers and makes rows of their journals. JobQueue is its face.
class QueueState {
public:
    QueueState(ExperimentStore& store, const MethodCatalog& methods, RunObserver& observer,
               QueueOptions options);
    ~QueueState();
    QueueState(const QueueState&) = delete;
    QueueState& operator=(const QueueState&) = delete;

    /// Rows of an earlier session: waiting ones wait again, running ones are followed or become
    /// interrupted. Then the slots start.
    void begin();

    /// Throws NotFound for the first run that is not in this workspace.
    void requireKnown(const std::vector<RunId>& runs);
    void wait(const RunRecord& record, bool resume);
    void enqueue(RunId id, bool resume);
    void retry(RunId id);
    void request(RunId id, StopRequest request, RunStatus whenWaiting);
    void leave();
    /// Waits until nothing runs and nothing that waits could start; throws what kept the queue from
    /// writing.
    void drain();
    ExperimentStore& store;
    const MethodCatalog& methods;
    RunObserver& observer;
    const QueueOptions options;

    std::mutex mutex = {};
    std::condition_variable changed = {};
    WaitingRuns waiting = {};
    bool held = false; // pauseQueue()

private:
    using Active = std::shared_ptr<ActiveRun>;

    void recover();
    void cutJournal(RunId id);
    void addSlot(const std::string& device);
    void serve(const std::string& device);
    void execute(const WaitingRun& run);
    Active start(const WaitingRun& run);
    void enter(RunId id, const Active& run);
    void supervise(RunId id, const Active& run);
    void settle(RunId id, const std::string& endedBy);
    void settleAgain();
    void setStatus(RunId id, RunStatus status, const std::optional<Failure>& failure = {});
    void noteStatus(RunId id, RunStatus status);
    void noteTrouble(RunId id, const Error& error);

    std::map<RunId, Active> m_active;
    std::map<RunId, StopRequest> m_early; // requests for runs that are just being started
    std::multimap<std::string, std::thread> m_slots; // by device
    std::vector<std::thread> m_followers;
    std::vector<std::pair<RunId, std::string>> m_unsettled; // and how their workers ended
    std::optional<Error> m_trouble;
    bool m_leaving = false;
    bool m_quitting = false;
};

} // namespace espalier
