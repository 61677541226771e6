// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/SelectionModel.h"

namespace espalier {

void SelectionModel::setRuns(const QList<qint64>& ids)
{
    if (m_runs != ids) {
        m_runs = ids;
        Q_EMIT runsChanged(m_runs);
    }
}

void SelectionModel::setBlock(int block)
{
    if (m_block != block) {
        m_block = block;
        Q_EMIT blockChanged(block);
    }
}

void SelectionModel::setOpenRun(qint64 id)
{
    if (m_openRun != id) {
        m_openRun = id;
        Q_EMIT openRunChanged(id);
    }
}

} // namespace espalier
