// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/QueueState.h"

#include "core/jobs/RunLinks.h"
#include "core/store/ExperimentStore.h"
#include "core/store/StoreReader.h"

#include <chrono>
#include <utility>

namespace espalier {

namespace {

constexpr int kIngestMs = 50; // how often a run's journal becomes rows
constexpr auto kSettleAgain = std::chrono::seconds(1);

} // namespace

QueueState::QueueState(ExperimentStore& s, const MethodCatalog& m, RunObserver& o, QueueOptions q)
    : store(s)
    , methods(m)
    , observer(o)
    , options(std::move(q))
{
}

QueueState::~QueueState()
{
    {
        const std::lock_guard lock(mutex);
        m_quitting = true;
        if (options.runner == RunnerKind::Thread) {
            for (const auto& [id, run] : m_active) {
                run->request(StopRequest::Leave);
            }
        }
    }
    changed.notify_all();
    for (auto& [device, slot] : m_slots) {
        slot.join();
    }
    for (std::thread& follower : m_followers) {
        follower.join();
    }
}

void QueueState::begin()
{
    recover();
    const std::lock_guard lock(mutex);
    for (const std::string& device : options.devices) {
        addSlot(device);
    }
    for (const std::string& device : waiting.devices()) {
        if (!m_slots.contains(device)) {
            addSlot(device);
        }
    }
}

void QueueState::addSlot(const std::string& device)
{
    m_slots.emplace(device, std::thread([this, device] { serve(device); }));
}

/// A device that no slot serves yet gets one: otherwise its runs would wait for ever.
void QueueState::wait(const RunRecord& record, bool resume)
{
    {
        const std::lock_guard lock(mutex);
        waiting.add(record, resume);
        std::erase_if(m_unsettled, [&](const auto& run) { return run.first == record.id; });
        if (!m_slots.contains(record.spec.device)) {
            addSlot(record.spec.device);
        }
    }
    changed.notify_all();
    observer.runChanged(record.id);
}

void QueueState::requireKnown(const std::vector<RunId>& runs)
{
    const std::lock_guard lock(mutex);
    for (const RunId id : runs) {
        if (!waiting.isKnown(id)) {
            throw Error(ErrorCode::NotFound,
                        "There is no run " + toText(id) +
                            " in this workspace, which this one needs. `espalier-run runs list` "
                            "shows those there are.");
        }
    }
}

void QueueState::enqueue(RunId id, bool resume)
{
    const auto record = StoreReader(store.layout().folder).run(id);
    if (!record) {
        throw Error(ErrorCode::NotFound, "There is no run " + toText(id) + " in this workspace.");
    }
    if (record->isStudy) {
        throw Error(ErrorCode::InvalidInput,
                    toText(id) + " is a study; name those of its runs that should go on.");
    }
    {
        const std::lock_guard lock(mutex);
        if (m_active.contains(id) || waiting.isWaiting(id)) {
            return; // it goes on, or will
        }
    }
    store.setStatus(id, RunStatus::Waiting);
    store.flush();
    wait(*record, resume);
}

void QueueState::retry(RunId id)
{
    {
        const std::lock_guard lock(mutex);
        if (m_active.contains(id) || waiting.isTaken(id)) {
            throw Error(ErrorCode::InvalidInput,
                        "Run " + toText(id) + " is running. Stop it first, then retry it.");
        }
        waiting.remove(id);
    }
    cutJournal(id);
    store.ingest(id);
    enqueue(id, false);
}

void QueueState::request(RunId id, StopRequest request, RunStatus whenWaiting)
{
    Active run;
    bool waited = false;
    {
        const std::lock_guard lock(mutex);
        if (const auto found = m_active.find(id); found != m_active.end()) {
            run = found->second;
        } else if (waiting.isTaken(id)) {
            m_early[id] = request;
        } else {
            waited = waiting.remove(id);
        }
    }
    if (run) {
        run->request(request);
    } else if (waited) {
        setStatus(id, whenWaiting);
    }
}

void QueueState::leave()
{
    const std::lock_guard lock(mutex);
    held = true;
    m_leaving = true;
    for (const auto& [id, run] : m_active) {
        run->request(StopRequest::Leave);
    }
    changed.notify_all();
}

void QueueState::drain()
{
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] {
            const bool idle = m_active.empty() && !waiting.isTaking();
            return idle && (m_leaving || !waiting.couldStart());
        });
        if (const auto trouble = std::exchange(m_trouble, std::nullopt)) {
            throw Error(*trouble);
        }
    }
    store.flush();
}

void QueueState::serve(const std::string& device)
{
    std::unique_lock lock(mutex);
    while (!m_quitting) {
        const std::optional<HopelessRun> hopeless = waiting.takeHopeless();
        const std::optional<WaitingRun> next =
            held || hopeless ? std::nullopt : waiting.takeReady(device);
        if (!hopeless && !next && m_unsettled.empty()) {
            changed.wait(lock);
            continue;
        }
        if (!hopeless && !next) {
            if (changed.wait_for(lock, kSettleAgain) == std::cv_status::timeout) {
                lock.unlock();
                settleAgain();
                lock.lock();
            }
            continue;
        }
        lock.unlock();
        const RunId id = hopeless ? hopeless->id : next->id;
        try {
            if (hopeless) {
                setStatus(id, RunStatus::Failed,
                          Failure{ErrorCode::InvalidInput, hopeless->reason, "Waiting"});
            } else {
                execute(*next);
            }
        } catch (const Error& error) {
            noteTrouble(id, error);
        }
        lock.lock();
    }
}

QueueState::Active QueueState::start(const WaitingRun& run)
{
    const Path folder = store.layout().run(run.id);
    WorkerInputs inputs{
        .id = run.id,
        .spec = run.spec,
        .folder = folder,
        .builtinData = options.builtinData,
        .resume = run.resume,
        .modelOf = [runs = folder.parent_path()](RunId id) { return modelOfRun(runs, id); }};
    if (options.runner == RunnerKind::Thread) {
        return startThread(std::move(inputs), methods);
    }
    return startProcess(inputs, {.program = options.workerProgram,
                                 .pluginFolders = options.pluginFolders,
                                 .builtinData = options.builtinData});
}

void QueueState::execute(const WaitingRun& run)
{
    Active started;
    try {
        started = start(run);
    } catch (const Error& error) {
        setStatus(run.id, RunStatus::Failed,
                  Failure{error.code(), error.what(), "Starting the worker"});
        return;
    }
    enter(run.id, started);
    noteStatus(run.id, RunStatus::Running);
    supervise(run.id, started);
}

/// From here on requests reach the run; those that came while it was being started reach it now.
void QueueState::enter(RunId id, const Active& run)
{
    const std::lock_guard lock(mutex);
    m_active[id] = run;
    if (m_leaving || (m_quitting && options.runner == RunnerKind::Thread)) {
        run->request(StopRequest::Leave);
    } else if (const auto early = m_early.find(id); early != m_early.end()) {
        run->request(early->second);
    }
    m_early.erase(id);
}

void QueueState::supervise(RunId id, const Active& run)
{
    try {
        std::uintmax_t size = 0;
        const Path journal = store.layout().journal(id);
        while (!run->waitFor(kIngestMs)) {
            std::error_code ignored;
            if (const auto now = std::filesystem::file_size(journal, ignored); now != size) {
                size = now;
                store.ingest(id);
                observer.runChanged(id);
            }
            const std::lock_guard lock(mutex);
            if (m_quitting && options.runner == RunnerKind::Process) {
                return; // the worker goes on; the next window follows it
            }
        }
        settle(id, run->endedBy());
    } catch (const Error& error) {
        noteTrouble(id, error);
        const std::lock_guard lock(mutex);
        m_unsettled.emplace_back(id, run->endedBy());
    }
    const std::lock_guard lock(mutex);
    m_active.erase(id);
    changed.notify_all();
}

} // namespace espalier
