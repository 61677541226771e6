// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/LogModel.h"

#include <QDateTime>

#include <algorithm>

namespace espalier {

void LogModel::append(const std::vector<RunEvent>& events)
{
    if (events.empty()) {
        return;
    }
    const auto kept = std::min<std::size_t>(events.size(), kMostEvents);
    if (const auto over = static_cast<int>(m_events.size() + kept) - kMostEvents; over > 0) {
        beginRemoveRows({}, 0, over - 1);
        m_events.erase(m_events.begin(), m_events.begin() + over);
        endRemoveRows();
    }
    const int first = rowCount();
    beginInsertRows({}, first, first + static_cast<int>(kept) - 1);
    m_events.insert(m_events.end(), events.end() - static_cast<std::ptrdiff_t>(kept), events.end());
    endInsertRows();
    for (const RunEvent& event : events) {
        m_warnings += event.level == EventLevel::Warning ? 1 : 0;
        m_errors += event.level == EventLevel::Error ? 1 : 0;
    }
}

void LogModel::clear()
{
    beginResetModel();
    m_events.clear();
    m_warnings = 0;
    m_errors = 0;
    endResetModel();
}

int LogModel::count(EventLevel level) const
{
    return level == EventLevel::Warning ? m_warnings
           : level == EventLevel::Error ? m_errors
                                        : rowCount();
}

int LogModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_events.size());
}

QVariant LogModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const RunEvent& event = m_events.at(static_cast<std::size_t>(index.row()));
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return QString::fromStdString(event.text);
    case LevelRole:
        return static_cast<int>(event.level);
    case TimeRole:
        return QDateTime::fromMSecsSinceEpoch(event.atMs).toString(QStringLiteral("HH:mm:ss"));
    default:
        return {};
    }
}

void LogFilter::setLeast(EventLevel level)
{
    m_least = level;
    invalidateFilter();
}

bool LogFilter::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    return sourceModel()->index(row, 0, parent).data(LogModel::LevelRole).toInt() >=
           static_cast<int>(m_least);
}

} // namespace espalier
