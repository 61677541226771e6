// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/RunListModel.h"

#include "app/Text.h"
#include "core/analysis/NumberFormat.h"
#include "widgets/views/RunState.h"

#include <algorithm>

namespace espalier {

void RunListModel::setRuns(const QList<ListedRun>& runs)
{
    const bool isSame =
        std::equal(runs.begin(), runs.end(), m_runs.begin(), m_runs.end(),
                   [](const ListedRun& a, const ListedRun& b) { return a.id == b.id; });
    if (isSame) {
        m_runs = runs;
        if (!m_runs.isEmpty()) {
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        }
        return;
    }
    Q_EMIT layoutAboutToBeChanged();
    const QModelIndexList before = persistentIndexList();
    QList<qint64> ids;
    for (const QModelIndex& old : before) {
        ids.append(m_runs.at(old.row()).id);
    }
    m_runs = runs;
    QModelIndexList after;
    for (qsizetype i = 0; i < before.size(); ++i) {
        const int row = rowOf(ids.at(i));
        after.append(row < 0 ? QModelIndex() : index(row, before.at(i).column()));
    }
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged();
}

int RunListModel::rowOf(qint64 id) const
{
    for (int row = 0; row < m_runs.size(); ++row) {
        if (m_runs.at(row).id == id) {
            return row;
        }
    }
    return -1;
}

int RunListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

int RunListModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

QString RunListModel::text(const ListedRun& run, int column) const
{
    switch (column) {
    case StateColumn:
        return lookOf(run.status).word;
    case RunColumn:
        return run.name;
    case ModelColumn:
        return run.isStudy ? tr("study") : run.model;
    case StageColumn:
        return run.status == RunStatus::Running ? fromUtf8(run.progress.label) : run.reason;
    case ProgressColumn:
        return run.status == RunStatus::Running && run.share() >= 0
                   ? fromUtf8(percentText(run.share()))
                   : QString();
    case ElapsedColumn: {
        const double seconds = run.elapsed(nowMs());
        return seconds < 0 ? QString() : fromUtf8(durationText(seconds));
    }
    case LeftColumn:
        return run.status == RunStatus::Running ? timeLeftOf(run.progress) : QString();
    default:
        return {};
    }
}

QVariant RunListModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= m_runs.size()) {
        return {};
    }
    const ListedRun& run = m_runs.at(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return text(run, index.column());
    case Qt::DecorationRole:
        if (index.column() == StateColumn) {
            const RunStateLook look = lookOf(run.status);
            return icon(look.glyph, look.colour);
        }
        return {};
    case Qt::TextAlignmentRole:
        return index.column() == ElapsedColumn
                   ? QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter)
                   : QVariant::fromValue(Qt::AlignLeft | Qt::AlignVCenter);
    case IdRole:
        return run.id;
    case StatusRole:
        return static_cast<int>(run.status);
    case ShareRole:
        return run.share();
    default:
        return {};
    }
}

QVariant RunListModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return section == ElapsedColumn ? QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter)
                                        : QVariant::fromValue(Qt::AlignLeft | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    const QStringList titles{tr("State"),    tr("Run"),     tr("Model"), tr("Stage"),
                             tr("Progress"), tr("Elapsed"), tr("Left")};
    return titles.value(section);
}

} // namespace espalier
