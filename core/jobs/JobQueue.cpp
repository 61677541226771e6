// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/JobQueue.h"

#include "core/base/Error.h"
#include "core/jobs/RunLinks.h"
#include "core/jobs/RunLock.h"
#include "core/jobs/RunWorker.h"
#include "core/jobs/WaitingRuns.h"
#include "core/jobs/runners/Runner.h"
#include "core/method/MethodCatalog.h"
#include "core/run/Journal.h"
#include "core/store/ExperimentStore.h"
#include "core/store/StoreReader.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace espalier {

RunObserver::~RunObserver() = default;

namespace {
constexpr int kIngestMs = 50; // how often a run's journal becomes rows
}

struct JobQueue::State {
    ExperimentStore& store;
    const MethodCatalog& methods;
    RunObserver& observer;
    QueueOptions options;

    std::mutex mutex;
    std::condition_variable changed;
    WaitingRuns waiting;
    std::map<RunId, std::shared_ptr<ActiveRun>> active;
    bool held = false;    // pauseQueue()
    bool leaving = false; // leave()
    bool quitting = false;
    std::vector<std::thread> slots;

    State(ExperimentStore& s, const MethodCatalog& m, RunObserver& o, QueueOptions q)
        : store(s)
        , methods(m)
        , observer(o)
        , options(std::move(q))
    {
    }

    void recover();
    void serveDevice(const std::string& device);
    void serve(const std::string& device);
    void execute(const WaitingRun& run);
    void supervise(RunId id, const std::shared_ptr<ActiveRun>& run);
    void settle(RunId id, const std::string& endedBy);
    void setStatus(RunId id, RunStatus status, const std::optional<Failure>& failure = {});
    void noteStatus(RunId id, RunStatus status);
    std::shared_ptr<ActiveRun> start(const WaitingRun& run);
    void request(RunId id, StopRequest request, RunStatus whenWaiting);
    void enqueue(RunId id, bool resume);
    void cutJournal(RunId id);
};

void JobQueue::State::setStatus(RunId id, RunStatus status, const std::optional<Failure>& failure)
{
    store.setStatus(id, status, failure);
    noteStatus(id, status);
}

/// Keeps what dependencies and studies look at up to date, and tells the observer.
void JobQueue::State::noteStatus(RunId id, RunStatus status)
{
    RunId study = RunId::None;
    std::optional<RunStatus> studyStatus;
    {
        const std::lock_guard lock(mutex);
        waiting.setStatus(id, status);
        study = waiting.studyOf(id);
        if (study != RunId::None) {
            studyStatus = waiting.changedStudyStatus(study);
        }
    }
    changed.notify_all();
    if (studyStatus) {
        store.setStatus(study, *studyStatus);
        observer.runChanged(study);
    }
    observer.runChanged(id);
}

/// Rows of an earlier session: waiting ones wait again, running ones are followed or become
/// interrupted.
void JobQueue::State::recover()
{
    const StoreReader reader(store.layout().folder);
    std::vector<RunRecord> records = reader.runs();
    std::ranges::reverse(records);
    for (const RunRecord& record : records) {
        waiting.know(record);
        const bool waits = record.status == RunStatus::Waiting && !record.isStudy;
        if (waits &&
            std::ranges::find(options.devices, record.spec.device) == options.devices.end()) {
            options.devices.push_back(record.spec.device);
        }
    }
    for (const RunRecord& record : records) {
        if (record.isStudy || record.status != RunStatus::Running) {
            continue;
        }
        const Path folder = store.layout().run(record.id);
        const bool lives = !RunLock(RunLock::fileOf(folder)).isHeld();
        if (!lives) {
            settle(record.id, "an unknown cause, while no window was open");
            continue;
        }
        const std::shared_ptr<ActiveRun> run = followProcess(folder);
        active[record.id] = run;
        slots.emplace_back([this, id = record.id, run] { supervise(id, run); });
    }
}

std::shared_ptr<ActiveRun> JobQueue::State::start(const WaitingRun& run)
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

void JobQueue::State::execute(const WaitingRun& run)
{
    std::shared_ptr<ActiveRun> started;
    try {
        started = start(run);
    } catch (const Error& error) {
        setStatus(run.id, RunStatus::Failed,
                  Failure{error.code(), error.what(), "Starting the worker"});
        return;
    }
    {
        const std::lock_guard lock(mutex);
        active[run.id] = started;
    }
    noteStatus(run.id, RunStatus::Running);
    supervise(run.id, started);
}

void JobQueue::State::supervise(RunId id, const std::shared_ptr<ActiveRun>& run)
{
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
        if (quitting && options.runner == RunnerKind::Process) {
            return; // the worker goes on; the next window follows it
        }
    }
    settle(id, run->endedBy());
    const std::lock_guard lock(mutex);
    active.erase(id);
    changed.notify_all();
}

/// The worker is gone: its journal has the outcome, or it died without a word.
void JobQueue::State::settle(RunId id, const std::string& endedBy)
{
    store.ingest(id);
    store.flush();
    const RunStatus told = lastStatus(store.layout().journal(id));
    if (told != RunStatus::Running && told != RunStatus::Waiting) {
        noteStatus(id, told);
        return;
    }
    if (endedBy.starts_with("an unknown cause")) {
        setStatus(id, RunStatus::Interrupted);
        return;
    }
    const bool killed = endedBy.starts_with("signal 9 ");
    const std::string cause = endedBy.empty() ? std::string("without a word") : "by " + endedBy;
    std::string message = "The worker of run " + toText(id) + " ended " + cause + ".";
    if (killed) {
        message += " Signal 9 comes from the out-of-memory killer or from a person; fewer windows, "
                   "a shorter length "
                   "or a smaller batch need less memory.";
    }
    message +=
        " What was finished is kept: resume goes on from the last checkpoint. Its output is in " +
        (store.layout().run(id) / "log").string() + ".";
    setStatus(id, RunStatus::Failed,
              Failure{killed ? ErrorCode::OutOfMemory : ErrorCode::Internal, message, "Working"});
}

/// A slot of its own for a device nobody has asked for before; with the mutex held.
void JobQueue::State::serveDevice(const std::string& device)
{
    if (std::ranges::find(options.devices, device) == options.devices.end()) {
        options.devices.push_back(device);
        slots.emplace_back([this, device] { serve(device); });
    }
}

void JobQueue::State::serve(const std::string& device)
{
    std::unique_lock lock(mutex);
    while (!quitting) {
        if (const auto orphan = waiting.takeHopeless()) {
            lock.unlock();
            setStatus(orphan->id, RunStatus::Failed,
                      Failure{ErrorCode::InvalidInput, orphan->reason, "Waiting"});
            lock.lock();
            continue;
        }
        const std::optional<WaitingRun> next = held ? std::nullopt : waiting.takeReady(device);
        if (!next) {
            changed.wait(lock);
            continue;
        }
        lock.unlock();
        execute(*next);
        lock.lock();
    }
}

void JobQueue::State::request(RunId id, StopRequest request, RunStatus whenWaiting)
{
    std::shared_ptr<ActiveRun> run;
    bool waited = false;
    {
        const std::lock_guard lock(mutex);
        if (const auto found = active.find(id); found != active.end()) {
            run = found->second;
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

void JobQueue::State::enqueue(RunId id, bool resume)
{
    store.setStatus(id, RunStatus::Waiting);
    store.flush();
    const auto record = StoreReader(store.layout().folder).run(id);
    if (!record) {
        throw Error(ErrorCode::NotFound, "There is no run " + toText(id) + " in this workspace.");
    }
    {
        const std::lock_guard lock(mutex);
        waiting.add(*record, resume);
    }
    changed.notify_all();
    observer.runChanged(id);
}

/// Back to the line that says what the run is.
void JobQueue::State::cutJournal(RunId id)
{
    const Path journal = store.layout().journal(id);
    const std::string text = readFile(journal);
    JournalWriter(journal).truncate(static_cast<std::int64_t>(text.find('\n')) + 1);
    std::error_code ignored;
    std::filesystem::remove(store.layout().run(id) / "resume.json", ignored);
}

JobQueue::JobQueue(ExperimentStore& store, const MethodCatalog& methods, RunObserver& observer,
                   QueueOptions options)
    : m_state(std::make_unique<State>(store, methods, observer, std::move(options)))
{
    m_state->recover();
    for (const std::string& device : m_state->options.devices) {
        m_state->slots.emplace_back([state = m_state.get(), device] { state->serve(device); });
    }
}

JobQueue::~JobQueue()
{
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->quitting = true;
        if (m_state->options.runner == RunnerKind::Thread) {
            for (const auto& [id, run] : m_state->active) {
                run->request(StopRequest::Leave);
            }
        }
    }
    m_state->changed.notify_all();
    for (std::thread& slot : m_state->slots) {
        slot.join();
    }
}

RunId JobQueue::submit(const RunSpec& spec, RunId study)
{
    const std::vector<ParamIssue> issues = issuesOf(spec, m_state->methods);
    const auto blocking =
        std::ranges::find_if(issues, [](const ParamIssue& issue) { return issue.blocks; });
    if (blocking != issues.end()) {
        throw Error(ErrorCode::InvalidInput, blocking->message);
    }
    RunSpec complete = spec;
    if (complete.threads <= 0) {
        complete.threads = std::max(1U, std::thread::hardware_concurrency());
    }
    const Method* method = m_state->methods.find(spec.method);
    const RunId id =
        m_state->store.createRun(complete, method != nullptr ? method->info().version : 1, study);
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->serveDevice(complete.device);
        m_state->waiting.add({.id = id, .parent = study, .spec = complete}, false);
    }
    m_state->changed.notify_all();
    m_state->observer.runChanged(id);
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
    m_state->cutJournal(run);
    m_state->store.ingest(run);
    m_state->enqueue(run, false);
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
    const std::lock_guard lock(m_state->mutex);
    m_state->held = true;
    m_state->leaving = true;
    for (const auto& [id, run] : m_state->active) {
        run->request(StopRequest::Leave);
    }
    m_state->changed.notify_all();
}

void JobQueue::drain()
{
    {
        std::unique_lock lock(m_state->mutex);
        m_state->changed.wait(lock, [state = m_state.get()] {
            const bool idle = state->active.empty() && !state->waiting.isTaking();
            return idle && (state->waiting.empty() || state->leaving);
        });
    }
    m_state->store.flush();
}

} // namespace espalier
