// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>

namespace espalier {

/// What is selected, of whatever kind: feeds every view; views never talk to each other.
class SelectionModel : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    const QList<qint64>& runs() const { return m_runs; }

    void setRuns(const QList<qint64>& ids);

    int block() const { return m_block; }

    /// -1: none.
    void setBlock(int block);

    /// The run of the live view; 0: none.
    qint64 openRun() const { return m_openRun; }

    void setOpenRun(qint64 id);

Q_SIGNALS:
    void runsChanged(const QList<qint64>& ids);
    void blockChanged(int block);
    void openRunChanged(qint64 id);

private:
    QList<qint64> m_runs;
    int m_block = -1;
    qint64 m_openRun = 0;
};

} // namespace espalier
