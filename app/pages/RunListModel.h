// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/rows/RunList.h"

#include <QAbstractTableModel>

namespace espalier {

/// The queue as a table: what works, what waits, what is done.
class RunListModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column {
        StateColumn,
        RunColumn,
        ModelColumn,
        StageColumn,
        ProgressColumn,
        ElapsedColumn,
        LeftColumn,
        ColumnCount
    };

    enum Role { IdRole = Qt::UserRole + 1, StatusRole, ShareRole };

    using QAbstractTableModel::QAbstractTableModel;

    /// Rows that stay keep their place and selection.
    void setRuns(const QList<ListedRun>& runs);

    const QList<ListedRun>& runs() const { return m_runs; }

    int rowOf(qint64 id) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(const ListedRun& run, int column) const;

    QList<ListedRun> m_runs;
};

} // namespace espalier
