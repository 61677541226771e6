// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/QueueState.h"
#include "core/jobs/RunLinks.h"
#include "core/jobs/RunLock.h"
#include "core/jobs/SettleRun.h"
#include "core/run/Journal.h"
#include "core/store/ExperimentStore.h"
#include "core/store/StoreReader.h"

#include <algorithm>

// What a queue makes of its runs' journals: the status of each, also of those of earlier sessions.

namespace espalier {

void QueueState::recover()
{
    std::vector<RunRecord> records = StoreReader(store.layout().folder).runs();
    std::ranges::reverse(records);
    for (const RunRecord& record : records) {
        waiting.know(record);
    }
    for (const RunRecord& record : records) {
        if (record.isStudy || record.status != RunStatus::Running) {
            continue;
        }
        const Path folder = store.layout().run(record.id);
        const bool lives = !RunLock(RunLock::fileOf(folder)).isHeld();
        if (!lives) {
            try {
                settle(record.id, kUnknownCause);
            } catch (const Error& error) {
                noteTrouble(record.id, error);
                m_unsettled.emplace_back(record.id, kUnknownCause);
            }
            continue;
        }
        const Active run = followProcess(folder);
        m_active[record.id] = run;
        m_followers.emplace_back([this, id = record.id, run] { supervise(id, run); });
    }
}

/// Back to the line that says what the run is.
void QueueState::cutJournal(RunId id)
{
    const Path journal = store.layout().journal(id);
    const std::string text = readFile(journal);
    JournalWriter(journal).truncate(static_cast<std::int64_t>(text.find('\n')) + 1);
    std::error_code ignored;
    std::filesystem::remove(store.layout().run(id) / "resume.json", ignored);
}

void QueueState::settle(RunId id, const std::string& endedBy)
{
    noteStatus(id, settleRun(store, id, endedBy));
}

/// Runs whose end could not be written down: tried again, because space may have come.
void QueueState::settleAgain()
{
    std::vector<std::pair<RunId, std::string>> runs;
    {
        const std::lock_guard lock(mutex);
        runs.swap(m_unsettled);
    }
    for (auto& [id, endedBy] : runs) {
        try {
            const RunLock lock(RunLock::fileOf(store.layout().run(id)));
            if (lock.isHeld()) { // else somebody goes on with it
                settle(id, endedBy);
            }
        } catch (const Error&) { // drain() has been told the first time
            const std::lock_guard lock(mutex);
            m_unsettled.emplace_back(id, endedBy);
        }
    }
}

void QueueState::setStatus(RunId id, RunStatus status, const std::optional<Failure>& failure)
{
    store.setStatus(id, status, failure);
    noteStatus(id, status);
}

/// Keeps what dependencies and studies look at up to date, and tells the observer.
void QueueState::noteStatus(RunId id, RunStatus status)
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

/// The workspace cannot be written (full disk, folder gone). The run's row stays as it is until
/// settleAgain() or the next session can write; here it must not keep drain() waiting.
void QueueState::noteTrouble(RunId id, const Error& error)
{
    {
        const std::lock_guard lock(mutex);
        if (!m_trouble) {
            m_trouble = error;
        }
        waiting.setStatus(id, RunStatus::Failed);
        m_early.erase(id);
    }
    changed.notify_all();
    observer.runChanged(id);
}

} // namespace espalier
