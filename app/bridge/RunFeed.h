// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/jobs/JobQueue.h"

#include <QList>
#include <QObject>
#include <QTimer>

#include <mutex>
#include <set>

namespace espalier {

/// The one class that crosses threads on behalf of the queue: told on worker threads that a run
/// changed, it says so on the GUI thread, at most 20 times a second however often it is told.
class RunFeed : public QObject, public RunObserver {
    Q_OBJECT

public:
    static constexpr int kIntervalMs = 50;

    explicit RunFeed(QObject* parent = nullptr);

    /// From any thread.
    void runChanged(RunId run) override;

Q_SIGNALS:
    /// Ascending, each once. What changed is in the rows.
    void runsChanged(const QList<qint64>& ids);

private:
    void collect();
    void deliver();

    std::mutex m_mutex;
    std::set<RunId> m_changed;
    bool m_isPosted = false;
    QTimer m_pause; // GUI thread; running: the last signal is less than an interval ago
};

} // namespace espalier
