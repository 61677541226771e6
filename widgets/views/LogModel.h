// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/RunRecord.h"

#include <QAbstractListModel>
#include <QSortFilterProxyModel>

#include <deque>

namespace espalier {

/// The newest events of a run, oldest first; older ones are let go.
class LogModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role { LevelRole = Qt::UserRole + 1, TimeRole };

    static constexpr int kMostEvents = 5000;

    using QAbstractListModel::QAbstractListModel;

    void append(const std::vector<RunEvent>& events);
    void clear();
    /// Of everything ever appended since clear(), not only of what is kept.
    int count(EventLevel level) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    std::deque<RunEvent> m_events;
    int m_warnings = 0;
    int m_errors = 0;
};

/// All events, warnings and errors, or errors alone.
class LogFilter : public QSortFilterProxyModel {
    Q_OBJECT

public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

    void setLeast(EventLevel level);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    EventLevel m_least = EventLevel::Info;
};

} // namespace espalier
