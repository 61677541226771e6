// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/WaitingRuns.h"

#include <algorithm>

namespace espalier {

double placeOf(const RunRecord& record)
{
    return record.order != 0 ? record.order : static_cast<double>(record.id);
}

void WaitingRuns::know(const RunRecord& record)
{
    m_statuses[record.id] = record.status;
    if (record.parent != RunId::None) {
        m_studies[record.id] = record.parent;
    }
    if (!record.isStudy && record.status == RunStatus::Waiting) {
        // A run that has started before went on from its last checkpoint when it was put back.
        add(record, record.startedMs > 0);
    }
}

void WaitingRuns::add(const RunRecord& record, bool resume)
{
    m_statuses[record.id] = RunStatus::Waiting;
    if (record.parent != RunId::None) {
        m_studies[record.id] = record.parent;
    }
    m_waiting[record.id] = {.id = record.id,
                            .spec = record.spec,
                            .priority = record.spec.priority,
                            .order = placeOf(record),
                            .resume = resume};
}

bool WaitingRuns::remove(RunId id)
{
    return m_waiting.erase(id) > 0;
}

void WaitingRuns::setStatus(RunId id, RunStatus status)
{
    m_statuses[id] = status;
    m_taken.erase(id);
}

bool WaitingRuns::isKnown(RunId id) const
{
    return m_statuses.contains(id);
}

RunId WaitingRuns::studyOf(RunId id) const
{
    const auto found = m_studies.find(id);
    return found == m_studies.end() ? RunId::None : found->second;
}

std::optional<RunStatus> WaitingRuns::changedStudyStatus(RunId study)
{
    std::size_t members = 0;
    std::size_t ended = 0;
    bool failed = false;
    bool started = false;
    for (const auto& [member, parent] : m_studies) {
        if (parent != study) {
            continue;
        }
        const RunStatus status = m_statuses[member];
        ++members;
        ended += isFinal(status) ? 1 : 0;
        failed = failed || status == RunStatus::Failed || status == RunStatus::Cancelled;
        started = started || status != RunStatus::Waiting;
    }
    RunStatus wanted = started ? RunStatus::Running : RunStatus::Waiting;
    if (members > 0 && ended == members) {
        wanted = failed ? RunStatus::Failed : RunStatus::Succeeded;
    }
    if (m_statuses[study] == wanted) {
        return std::nullopt;
    }
    m_statuses[study] = wanted;
    return wanted;
}

std::vector<RunId> WaitingRuns::inOrder() const
{
    std::vector<RunId> ids;
    for (const auto& [id, run] : m_waiting) {
        ids.push_back(id);
    }
    std::ranges::stable_sort(ids, [this](RunId left, RunId right) {
        const WaitingRun& a = m_waiting.at(left);
        const WaitingRun& b = m_waiting.at(right);
        return a.priority != b.priority ? a.priority > b.priority : a.order < b.order;
    });
    return ids;
}

std::optional<WaitingRun> WaitingRuns::takeReady(std::string_view device)
{
    for (const RunId id : inOrder()) {
        const WaitingRun& run = m_waiting.at(id);
        const auto succeeded = [this](RunId needed) {
            const auto found = m_statuses.find(needed);
            return found != m_statuses.end() && found->second == RunStatus::Succeeded;
        };
        const std::vector<RunId> needed = dependencies(run.spec);
        if (run.spec.device == device && std::ranges::all_of(needed, succeeded)) {
            WaitingRun taken = run;
            m_waiting.erase(id);
            m_taken.insert(id);
            return taken;
        }
    }
    return std::nullopt;
}

std::optional<HopelessRun> WaitingRuns::takeHopeless()
{
    for (const auto& [id, run] : m_waiting) {
        for (const RunId needed : dependencies(run.spec)) {
            const auto found = m_statuses.find(needed);
            const bool unknown = found == m_statuses.end();
            const bool failed = !unknown && (found->second == RunStatus::Failed ||
                                             found->second == RunStatus::Cancelled);
            if (unknown || failed) {
                const std::string why =
                    unknown ? "and there is no such run in this workspace. Submit it again with "
                              "one that there is."
                            : "which ended as " + std::string(nameOf(found->second)) +
                                  ". Retry that one first, then this one.";
                HopelessRun hopeless{id, "Run " + toText(id) + " needs run " + toText(needed) +
                                             ", " + why};
                m_waiting.erase(hopeless.id); // `id` and `run` go with it
                m_taken.insert(hopeless.id);
                return hopeless;
            }
        }
    }
    return std::nullopt;
}

bool WaitingRuns::couldStart() const
{
    std::set<RunId> stuck;
    for (const auto& [id, status] : m_statuses) {
        if (status == RunStatus::Paused || status == RunStatus::Interrupted) {
            stuck.insert(id);
        }
    }
    // A run may need one with a higher number (a recipe that was resumed), so until nothing
    // changes.
    for (std::size_t before = 0; before != stuck.size();) {
        before = stuck.size();
        for (const auto& [id, run] : m_waiting) {
            const std::vector<RunId> needed = dependencies(run.spec);
            if (std::ranges::any_of(needed, [&](RunId other) { return stuck.contains(other); })) {
                stuck.insert(id);
            }
        }
    }
    return std::ranges::any_of(m_waiting,
                               [&](const auto& run) { return !stuck.contains(run.first); });
}

std::set<std::string> WaitingRuns::devices() const
{
    std::set<std::string> all;
    for (const auto& [id, run] : m_waiting) {
        all.insert(run.spec.device);
    }
    return all;
}

std::optional<WaitingRun> WaitingRuns::place(RunId id, Position at)
{
    const auto found = m_waiting.find(id);
    if (found == m_waiting.end()) {
        return std::nullopt;
    }
    WaitingRun& run = found->second;
    if (at.where == Position::Where::Before) {
        const auto target = m_waiting.find(at.before);
        if (target == m_waiting.end() || at.before == id) {
            return std::nullopt;
        }
        double previous = target->second.order - 2;
        for (const auto& [other, waiting] : m_waiting) {
            if (other != id && waiting.priority == target->second.priority &&
                waiting.order < target->second.order) {
                previous = std::max(previous, waiting.order);
            }
        }
        run.priority = target->second.priority;
        run.order = (previous + target->second.order) / 2;
    } else {
        run.priority = at.priority;
        double edge = run.order;
        for (const auto& [other, waiting] : m_waiting) {
            if (other != id && waiting.priority == at.priority) {
                edge = at.where == Position::Where::Front ? std::min(edge, waiting.order - 1)
                                                          : std::max(edge, waiting.order + 1);
            }
        }
        run.order = edge;
    }
    run.spec.priority = run.priority;
    return run;
}

} // namespace espalier
