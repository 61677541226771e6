// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/JobQueue.h"

#include "core/jobs/QueueState.h"
#include "core/method/MethodCatalog.h"
#include "core/store/ExperimentStore.h"

#include <algorithm>

namespace espalier {

RunObserver::~RunObserver() = default;

struct JobQueue::State : QueueState {
    using QueueState::QueueState;
};

JobQueue::JobQueue(ExperimentStore& store, const MethodCatalog& methods, RunObserver& observer,
                   QueueOptions options)
    : m_state(std::make_unique<State>(store, methods, observer, std::move(options)))
{
    m_state->begin();
}

JobQueue::~JobQueue() = default;

RunId JobQueue::submit(const RunSpec& spec, RunId study)
{
    const std::vector<ParamIssue> issues = issuesOf(spec, m_state->methods);
    const auto blocking =
        std::ranges::find_if(issues, [](const ParamIssue& issue) { return issue.blocks; });
    if (blocking != issues.end()) {
        throw Error(ErrorCode::InvalidInput, blocking->message);
    }
    m_state->requireKnown(dependencies(spec));
    RunSpec complete = spec;
    if (complete.threads <= 0) {
        complete.threads = std::max(1U, std::thread::hardware_concurrency());
    }
    const Method* method = m_state->methods.find(spec.method);
    const RunId id =
        m_state->store.createRun(complete, method != nullptr ? method->info().version : 1, study);
    m_state->wait({.id = id, .parent = study, .spec = complete}, false);
    return id;
}

RunId JobQueue::submitStudy(std::string_view title, std::string_view experiment)
{
    const RunId study = m_state->store.createStudy(title, experiment);
    const std::lock_guard lock(m_state->mutex);
    m_state->waiting.know({.id = study, .isStudy = true});
    return study;
}

void JobQueue::stop(RunId run)
{
    m_state->request(run, StopRequest::Stop, RunStatus::Cancelled);
}

void JobQueue::pause(RunId run)
{
    m_state->request(run, StopRequest::Pause, RunStatus::Paused);
}

void JobQueue::resume(RunId run)
{
    m_state->enqueue(run, true);
}

void JobQueue::retry(RunId run)
{
    m_state->retry(run);
}

void JobQueue::place(RunId run, Position at)
{
    std::optional<WaitingRun> placed;
    {
        const std::lock_guard lock(m_state->mutex);
        placed = m_state->waiting.place(run, at);
    }
    if (placed) {
        m_state->store.setOrder(run, placed->order, placed->priority);
        m_state->observer.runChanged(run);
    }
}

void JobQueue::pauseQueue()
{
    const std::lock_guard lock(m_state->mutex);
    m_state->held = true;
}

void JobQueue::resumeQueue()
{
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->held = false;
    }
    m_state->changed.notify_all();
}

void JobQueue::leave()
{
    m_state->leave();
}

void JobQueue::drain()
{
    m_state->drain();
}

} // namespace espalier
