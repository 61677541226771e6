// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/RunTableModel.h"

#include <algorithm>
#include <cmath>

namespace espalier {

void RunTableModel::setColumns(const QList<RunColumn>& columns)
{
    beginResetModel();
    m_columns = columns;
    m_sortColumn = columns.isEmpty() ? -1 : static_cast<int>(FirstMetric);
    const bool isHigher = !columns.isEmpty() && columns.first().better == Better::Higher;
    m_sortOrder = isHigher ? Qt::DescendingOrder : Qt::AscendingOrder; // best first
    findBest();
    endResetModel();
    reorder();
}

void RunTableModel::setRows(const QList<RunRow>& rows)
{
    QHash<qint64, const RunRow*> wanted;
    for (const RunRow& row : rows) {
        wanted.insert(row.id, &row);
    }
    for (int i = static_cast<int>(m_rows.size()) - 1; i >= 0; --i) {
        if (!wanted.contains(m_rows[i].id)) {
            beginRemoveRows({}, i, i);
            m_rows.removeAt(i);
            endRemoveRows();
        }
    }
    QList<RunRow> added;
    for (const RunRow& row : rows) {
        if (const int place = indexOf(row.id); place >= 0) {
            m_rows[place] = row;
        } else {
            added.append(row);
        }
    }
    if (!added.isEmpty()) {
        const int first = static_cast<int>(m_rows.size());
        beginInsertRows({}, first, first + static_cast<int>(added.size()) - 1);
        m_rows.append(added);
        endInsertRows();
    }
    findBest();
    reorder();
    if (!m_rows.isEmpty()) {
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    }
}

int RunTableModel::indexOf(qint64 id) const
{
    const auto found =
        std::find_if(m_rows.begin(), m_rows.end(), [&](const RunRow& row) { return row.id == id; });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

int RunTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int RunTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(FirstMetric + m_columns.size());
}

const RunColumn* RunTableModel::metric(int column) const
{
    return column < FirstMetric ? nullptr : &m_columns.at(column - FirstMetric);
}

const RunRow* RunTableModel::baseline() const
{
    const auto found = std::find_if(m_rows.begin(), m_rows.end(),
                                    [](const RunRow& row) { return row.isBaseline; });
    return found == m_rows.end() ? nullptr : &*found;
}

bool RunTableModel::isBefore(const RunRow& a, const RunRow& b) const
{
    if (a.isBaseline != b.isBaseline) {
        return a.isBaseline;
    }
    const bool isAscending = m_sortOrder == Qt::AscendingOrder;
    if (const RunColumn* column = m_sortColumn < 0 ? nullptr : metric(m_sortColumn)) {
        const double x = a.cells.value(column->key).value;
        const double y = b.cells.value(column->key).value;
        if (std::isnan(x) != std::isnan(y)) {
            return std::isnan(y);
        }
        return isAscending ? x < y : x > y;
    }
    switch (m_sortColumn) {
    case NameColumn: {
        const int order = QString::localeAwareCompare(a.name + a.variant, b.name + b.variant);
        return isAscending ? order < 0 : order > 0;
    }
    case StateColumn:
        return isAscending ? a.status < b.status : a.status > b.status;
    case SeedsColumn:
        return isAscending ? a.seeds < b.seeds : a.seeds > b.seeds;
    default:
        return false;
    }
}

void RunTableModel::sort(int column, Qt::SortOrder order)
{
    m_sortColumn = column;
    m_sortOrder = order;
    reorder();
}

void RunTableModel::reorder()
{
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    QList<qint64> ids;
    for (const QModelIndex& each : before) {
        ids.append(m_rows[each.row()].id);
    }
    std::stable_sort(m_rows.begin(), m_rows.end(),
                     [this](const RunRow& a, const RunRow& b) { return isBefore(a, b); });
    QModelIndexList after;
    for (qsizetype i = 0; i < before.size(); ++i) {
        after.append(index(indexOf(ids[i]), before[i].column()));
    }
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

void RunTableModel::findBest()
{
    m_best.clear();
    for (const RunColumn& column : m_columns) {
        QList<double> values;
        for (const RunRow& row : m_rows) {
            const double value = row.cells.value(column.key).value;
            if (!row.isBaseline && !std::isnan(value)) {
                values.append(value);
            }
        }
        const auto [least, most] = std::minmax_element(values.begin(), values.end());
        if (column.better && !values.isEmpty() &&
            *least < *most) { // equals are not better than each other
            m_best.insert(column.key, column.better == Better::Higher ? *most : *least);
        }
    }
}

} // namespace espalier
