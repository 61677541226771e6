// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/RunRecord.h"
#include "core/store/StoreReader.h"

#include <QList>
#include <QString>

namespace espalier {

class MethodCatalog;

/// A run as lists show it.
struct ListedRun {
    qint64 id = 0;
    qint64 parent = 0;
    bool isStudy = false;
    QString name; // "0067 Wanda 50 %"
    QString model;
    RunStatus status = RunStatus::Waiting;
    RunProgress progress = {};
    QString reason = {}; // of a failure
    std::uint64_t seed = 0;
    std::int64_t priority = 0; // the higher the earlier; among equals the order counts
    double order = 0;
    std::int64_t createdMs = 0, startedMs = 0, endedMs = 0;

    /// 0 to 1; negative: not known.
    double share() const;
    /// Seconds at work, until `nowMs` while it runs; negative before it started.
    double elapsed(std::int64_t nowMs) const;
    bool isActive() const;
};

/// Running, then waiting in the order of the queue, then newest first; members follow their study.
QList<ListedRun> readRunList(const StoreReader& store, const MethodCatalog& methods);

/// "14 to 19 min left"; empty while nothing is known.
QString timeLeftOf(const RunProgress& progress);

} // namespace espalier
