// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/jobs/JobQueue.h"
#include "core/run/RunRecord.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

struct WaitingRun {
    RunId id = RunId::None;
    RunSpec spec = {};
    std::int64_t priority = 0;
    double order = 0;
    bool resume = false;
};

struct HopelessRun {
    RunId id = RunId::None;
    std::string reason = {}; // "Run 0004 needs run 0002, which failed. ..."
};

/// A run's place among those of its priority: where it was put or, until somebody moves it, in the
/// order of the numbers.
ESPALIER_API double placeOf(const RunRecord& record);

/// Which run is next: priority, then order, then id; only when everything it depends on has
/// succeeded. Plain values without a lock of its own.
class ESPALIER_API WaitingRuns {
public:
    /// A row found at start: waiting ones wait again.
    void know(const RunRecord& record);
    void add(const RunRecord& record, bool resume);
    bool remove(RunId id);

    void setStatus(RunId id, RunStatus status);
    RunId studyOf(RunId id) const;
    /// The status a study should have by its members, when that differs from what it has.
    std::optional<RunStatus> changedStudyStatus(RunId study);

    /// The next run for a device; it is no longer waiting afterwards but counts as being taken
    /// until its status changes.
    std::optional<WaitingRun> takeReady(std::string_view device);
    /// A run that can never start, because one it needs has failed or was cancelled.
    std::optional<HopelessRun> takeHopeless();
    std::optional<WaitingRun> place(RunId id, Position at);

    bool empty() const { return m_waiting.empty(); }

    bool isWaiting(RunId id) const { return m_waiting.contains(id); }

    /// Something, or this one, was taken and has no new status yet.
    bool isTaking() const { return !m_taken.empty(); }

    bool isTaken(RunId id) const { return m_taken.contains(id); }

    /// Whether it is a run of this workspace, whatever its status.
    bool isKnown(RunId id) const;

    /// Some waiting run may start without anybody's help. False when each needs, at first or second
    /// hand, a run that is paused or interrupted.
    bool couldStart() const;
    /// What the waiting runs ask for; each once.
    std::set<std::string> devices() const;

private:
    std::vector<RunId> inOrder() const;

    std::map<RunId, WaitingRun> m_waiting;
    std::map<RunId, RunStatus> m_statuses;
    std::map<RunId, RunId> m_studies; // member -> study
    std::set<RunId> m_taken;
};

} // namespace espalier
