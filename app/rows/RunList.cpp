// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/rows/RunList.h"

#include "app/Text.h"
#include "app/rows/RunNames.h"
#include "core/analysis/Forecast.h"
#include "core/jobs/WaitingRuns.h"
#include "core/method/MethodCatalog.h"

#include <algorithm>
#include <tuple>

namespace espalier {

namespace {

constexpr double kMsPerSecond = 1000.0;
/// A single estimate is shown with this much room on both sides.
constexpr double kEstimateRoom = 0.15;

int rankOf(const ListedRun& run)
{
    switch (run.status) {
    case RunStatus::Running:
        return 0;
    case RunStatus::Paused:
    case RunStatus::Interrupted:
        return 1;
    case RunStatus::Waiting:
        return 2;
    default:
        return 3;
    }
}

ListedRun listed(const RunRecord& run, const MethodCatalog& methods)
{
    ListedRun row;
    row.id = numberOf(run.id);
    row.parent = numberOf(run.parent);
    row.isStudy = run.isStudy;
    row.name = run.isStudy ? fromUtf8(toText(run.id)) + QLatin1Char(' ') + fromUtf8(run.spec.title)
                           : fullNameOf(run, methods);
    row.model = modelNameOf(run.spec.model);
    row.status = run.status;
    row.progress = run.progress.value_or(RunProgress{});
    row.reason = run.failure ? fromUtf8(run.failure->message) : QString();
    row.seed = run.spec.seed;
    row.priority = run.spec.priority;
    row.order = placeOf(run);
    row.createdMs = run.createdMs;
    row.startedMs = run.startedMs;
    row.endedMs = run.endedMs;
    return row;
}

} // namespace

double ListedRun::share() const
{
    if (status == RunStatus::Succeeded) {
        return 1.0;
    }
    if (progress.total <= 0) {
        return -1.0;
    }
    return static_cast<double>(progress.done) / static_cast<double>(progress.total);
}

double ListedRun::elapsed(std::int64_t nowMs) const
{
    if (startedMs == 0) {
        return -1.0;
    }
    const std::int64_t end = endedMs != 0 ? endedMs : nowMs;
    return std::max(0.0, static_cast<double>(end - startedMs) / kMsPerSecond);
}

bool ListedRun::isActive() const
{
    return !isFinal(status);
}

QList<ListedRun> readRunList(const StoreReader& store, const MethodCatalog& methods)
{
    QList<ListedRun> rows;
    for (const RunRecord& run : store.runs()) {
        rows.append(listed(run, methods));
    }
    std::stable_sort(rows.begin(), rows.end(), [](const ListedRun& a, const ListedRun& b) {
        if (rankOf(a) != rankOf(b)) {
            return rankOf(a) < rankOf(b);
        }
        if (a.status != RunStatus::Waiting) {
            return a.id > b.id; // the newest first
        }
        return std::tuple(-a.priority, a.order, a.id) < std::tuple(-b.priority, b.order, b.id);
    });
    return rows;
}

QString timeLeftOf(const RunProgress& progress)
{
    if (progress.secondsLeft < 0) {
        return {};
    }
    return fromUtf8(timeLeftText(
        {progress.secondsLeft * (1 - kEstimateRoom), progress.secondsLeft * (1 + kEstimateRoom)}));
}

} // namespace espalier
