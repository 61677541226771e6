// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/SettleRun.h"

#include "core/base/Error.h"
#include "core/jobs/Leftovers.h"
#include "core/jobs/RunLinks.h"
#include "core/jobs/RunLock.h"
#include "core/jobs/WaitingRuns.h"
#include "core/jobs/runners/Runner.h"
#include "core/store/ExperimentStore.h"
#include "core/store/StoreReader.h"

#include <algorithm>

namespace espalier {

namespace {

Failure failureOf(RunId id, const std::string& endedBy, const WorkspaceLayout& layout)
{
    const Path log = layout.run(id) / "log";
    if (endedBy == kJournalLost) {
        return {ErrorCode::Io,
                "The journal of run " + toText(id) + " in " + log.parent_path().string() +
                    " could not be written; the disk may have been full. Free space there and "
                    "resume: what was finished is kept.",
                "Writing the journal"};
    }
    const bool killed = endedBy.starts_with("signal 9 ");
    std::string message = "The worker of run " + toText(id) + " ended " +
                          (endedBy.empty() ? "without a word" : "by " + endedBy) + ".";
    if (killed) {
        message += " Signal 9 comes from the out-of-memory killer or from a person; fewer windows, "
                   "a shorter length or a smaller batch need less memory.";
    }
    message += " What was finished is kept: resume goes on from the last checkpoint. Its output is "
               "in " +
               log.string() + ".";
    return {killed ? ErrorCode::OutOfMemory : ErrorCode::Internal, message,
            lastLabel(layout.journal(id))};
}

/// Studies whose members have all ended since.
void settleStudies(ExperimentStore& store)
{
    const std::vector<RunRecord> records = StoreReader(store.layout().folder).runs();
    WaitingRuns members;
    for (const RunRecord& record : records) {
        members.know(record);
    }
    for (const RunRecord& record : records) {
        if (const auto status =
                record.isStudy ? members.changedStudyStatus(record.id) : std::nullopt) {
            store.setStatus(record.id, *status);
        }
    }
    store.flush();
}

} // namespace

RunStatus settleRun(ExperimentStore& store, RunId run, const std::string& endedBy)
{
    const WorkspaceLayout& layout = store.layout();
    const RunStatus told = lastStatus(layout.journal(run));
    const bool ended = told != RunStatus::Running && told != RunStatus::Waiting;
    if (!ended) {
        removeLeftovers(layout.run(run), readCreated(layout.journal(run)).spec);
        if (endedBy == kUnknownCause) {
            store.setStatus(run, RunStatus::Interrupted);
        } else {
            store.setStatus(run, RunStatus::Failed, failureOf(run, endedBy, layout));
        }
    }
    try {
        store.ingest(run);
        store.flush();
    } catch (const Error&) { // an earlier failure: the worker has given back its spare space since
        store.ingest(run);
        store.flush();
    }
    return lastStatus(layout.journal(run));
}

void catchUp(const Path& workspace)
{
    const auto isRunning = [](const RunRecord& record) {
        return record.status == RunStatus::Running;
    };
    try {
        if (std::ranges::none_of(StoreReader(workspace).runs(), isRunning)) {
            return;
        }
        ExperimentStore store(workspace);
        store.flush();
        for (const RunRecord& record : StoreReader(workspace).runs()) {
            if (!isRunning(record) || record.isStudy) {
                continue;
            }
            const RunLock lock(RunLock::fileOf(store.layout().run(record.id)));
            if (lock.isHeld()) { // else its worker lives
                settleRun(store, record.id, kUnknownCause);
            }
        }
        settleStudies(store);
    } catch (const Error&) { // the rows are read as they are, and reading says what is wrong
        return;
    }
}

} // namespace espalier
