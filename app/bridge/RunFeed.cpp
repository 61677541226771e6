// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/RunFeed.h"

#include "app/Text.h"

namespace espalier {

RunFeed::RunFeed(QObject* parent)
    : QObject(parent)
{
    m_pause.setSingleShot(true);
    m_pause.setInterval(kIntervalMs);
    connect(&m_pause, &QTimer::timeout, this, &RunFeed::collect);
}

void RunFeed::runChanged(RunId run)
{
    const std::lock_guard lock(m_mutex);
    m_changed.insert(run);
    if (!m_isPosted) {
        m_isPosted = true;
        QMetaObject::invokeMethod(this, &RunFeed::collect, Qt::QueuedConnection);
    }
}

void RunFeed::collect()
{
    // The first change after a quiet time goes out at once, those that follow wait for the pause.
    if (!m_pause.isActive()) {
        deliver();
    }
}

void RunFeed::deliver()
{
    QList<qint64> ids;
    {
        const std::lock_guard lock(m_mutex);
        m_isPosted = false;
        for (const RunId id : m_changed) {
            ids.append(numberOf(id));
        }
        m_changed.clear();
    }
    if (!ids.isEmpty()) {
        m_pause.start();
        Q_EMIT runsChanged(ids);
    }
}

} // namespace espalier
