// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/jobs/RunWorker.h"
#include "core/method/RunContext.h"
#include "core/run/Journal.h"

#include <chrono>

namespace espalier {

/// What a resumed run starts from: the journal's length when it was stored and the method's own
/// state.
struct ResumePoint {
    std::int64_t journalOffset = 0;
    Json state = nullptr;

    static Path fileOf(const Path& runFolder) { return runFolder / "resume.json"; }

    void save(const Path& runFolder) const;
    /// Nothing when the run never started.
    static std::optional<ResumePoint> read(const Path& runFolder);
};

/// The monitor of a real run: everything goes to the journal, requests come from an atomic.
class JournalMonitor : public RunMonitor {
public:
    JournalMonitor(JournalWriter& journal, Path runFolder, const std::atomic<StopRequest>& stop);

    void metric(std::string_view name, const MetricPoint& point, std::string_view unit) override;
    void progress(const RunProgress& progress) override;
    void event(EventLevel level, std::string_view text) override;
    bool stopRequested() const override;
    void saveResumePoint(const Json& state) override;

    /// What a failure says it happened during.
    const std::string& lastLabel() const { return m_lastLabel; }

private:
    JournalWriter& m_journal;
    Path m_runFolder;
    const std::atomic<StopRequest>& m_stop;
    std::chrono::steady_clock::time_point m_lastProgress = {};
    std::string m_lastStage;
    std::string m_lastLabel = "Loading";
};

} // namespace espalier
