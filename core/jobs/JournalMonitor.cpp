// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/JournalMonitor.h"

namespace espalier {

namespace {
// Fast steps would fill the journal with lines nobody can see.
constexpr auto kProgressInterval = std::chrono::milliseconds(100);
} // namespace

void ResumePoint::save(const Path& runFolder) const
{
    const Json value{{"journal_offset", journalOffset}, {"state", state}};
    writeFileAtomically(fileOf(runFolder), compactText(value));
}

std::optional<ResumePoint> ResumePoint::read(const Path& runFolder)
{
    const Path file = fileOf(runFolder);
    if (!std::filesystem::exists(file)) {
        return std::nullopt;
    }
    const Json value = parseJson(readFile(file), file.string());
    if (!value.is_object() || !value.value("journal_offset", Json()).is_number_integer()) {
        throw Error(ErrorCode::Corrupt,
                    file.string() +
                        " has no whole number journal_offset. Retry the run from the beginning.");
    }
    return ResumePoint{value["journal_offset"].get<std::int64_t>(), value.value("state", Json())};
}

JournalMonitor::JournalMonitor(JournalWriter& journal, Path runFolder,
                               const std::atomic<StopRequest>& stop)
    : m_journal(journal)
    , m_runFolder(std::move(runFolder))
    , m_stop(stop)
{
}

void JournalMonitor::metric(std::string_view name, const MetricPoint& point, std::string_view unit)
{
    m_journal.metric(name, point, unit);
}

void JournalMonitor::progress(const RunProgress& progress)
{
    m_lastLabel = progress.label;
    const auto now = std::chrono::steady_clock::now();
    const bool worthALine = progress.stage != m_lastStage || progress.done == progress.total ||
                            now - m_lastProgress >= kProgressInterval;
    if (worthALine) {
        m_journal.progress(progress);
        m_lastProgress = now;
        m_lastStage = progress.stage;
    }
}

void JournalMonitor::event(EventLevel level, std::string_view text)
{
    m_journal.event(level, text);
}

bool JournalMonitor::stopRequested() const
{
    return m_stop.load(std::memory_order_relaxed) != StopRequest::None;
}

void JournalMonitor::saveResumePoint(const Json& state)
{
    m_journal.sync();
    ResumePoint{m_journal.offset(), state}.save(m_runFolder);
}

} // namespace espalier
