// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/RunTableModel.h"

#include "core/analysis/NumberFormat.h"
#include "widgets/views/RunState.h"

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

const QString kDashText = QStringLiteral("–");

QString fixed(double value, int decimals)
{
    return QString::fromStdString(fixedText(value, decimals));
}

QString withSign(const QString& number)
{
    return number.startsWith(QChar(0x2212)) ? number : QLatin1Char('+') + number;
}

} // namespace

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

QVariant RunTableModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const RunRow& row = m_rows.at(index.row());
    switch (role) {
    case IdRole:
        return row.id;
    case SlotRole:
        return row.isBaseline ? -1 : row.slot;
    case BaselineRole:
        return row.isBaseline;
    case StatusRole:
        return static_cast<int>(row.status);
    default:
        break;
    }
    if (const RunColumn* column = metric(index.column())) {
        return metricData(row, *column, role);
    }
    if (index.column() == NameColumn) {
        return nameData(row, role);
    }
    if (index.column() == StateColumn) {
        return role == Qt::DisplayRole   ? QVariant(lookOf(row.status).word)
               : role == Qt::ToolTipRole ? QVariant(row.reason)
               : role == Qt::DecorationRole
                   ? QVariant(icon(lookOf(row.status).glyph, lookOf(row.status).colour))
                   : QVariant();
    }
    if (role == Qt::DisplayRole) {
        return row.seeds;
    }
    return role == Qt::TextAlignmentRole ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
}

QVariant RunTableModel::nameData(const RunRow& row, int role) const
{
    const QString variant = row.isBaseline && row.variant.isEmpty() ? tr("baseline") : row.variant;
    switch (role) {
    case Qt::DisplayRole:
        return variant.isEmpty() ? row.name : row.name + QLatin1Char(' ') + variant;
    case ValueTextRole:
        return row.name;
    case VariantRole:
        return variant;
    case Qt::ToolTipRole:
        return QStringLiteral("%1 %2").arg(row.name, variant).trimmed();
    default:
        return {};
    }
}

QVariant RunTableModel::metricData(const RunRow& row, const RunColumn& column, int role) const
{
    const RunCell cell = row.cells.value(column.key);
    const bool isThere = !std::isnan(cell.value);
    switch (role) {
    case ValueTextRole:
        return isThere ? fixed(cell.value, column.decimals) : kDashText;
    case DeviationTextRole:
        return isThere && cell.deviation > 0
                   ? QStringLiteral("± ") + fixed(cell.deviation, column.decimals)
                   : QString();
    case DeltaTextRole:
        return deltaText(row, column);
    case BestRole:
        return m_best.value(column.key, -1) == row.id;
    case Qt::DisplayRole: {
        const QString spread = metricData(row, column, DeviationTextRole).toString();
        const QString value = metricData(row, column, ValueTextRole).toString();
        return spread.isEmpty() ? value : value + QLatin1Char(' ') + spread;
    }
    case Qt::ToolTipRole:
        return isThere ? QString() : cell.missing.isEmpty() ? tr("not evaluated") : cell.missing;
    case Qt::TextAlignmentRole:
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    default:
        return {};
    }
}

QString RunTableModel::deltaText(const RunRow& row, const RunColumn& column) const
{
    const RunRow* base = baseline();
    const double value = row.cells.value(column.key).value;
    const double from = base != nullptr ? base->cells.value(column.key).value : std::nan("");
    if (base == nullptr || base->id == row.id || std::isnan(value) || std::isnan(from)) {
        return {};
    }
    switch (column.delta) {
    case DeltaKind::Difference:
        return withSign(fixed(value - from, column.decimals));
    case DeltaKind::Percent:
        return from == 0 ? QString()
                         : withSign(QString::fromStdString(percentText(value / from - 1, 1)));
    case DeltaKind::Factor: // how many times better: speed as 1.69x
        if (value == 0 || from == 0) {
            return {};
        }
        return fixed(column.better == Better::Higher ? value / from : from / value, 2) +
               QChar(0xD7);
    case DeltaKind::None:
        break;
    }
    return {};
}

QVariant RunTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) {
        return {};
    }
    const RunColumn* column = metric(section);
    if (role == Qt::DisplayRole) {
        if (column == nullptr) {
            return section == NameColumn    ? tr("Run")
                   : section == StateColumn ? tr("State")
                                            : tr("Seeds");
        }
        const QChar arrow = column->better == Better::Higher ? QChar(0x2191) : QChar(0x2193);
        return column->better ? column->title + QLatin1Char(' ') + arrow : column->title;
    }
    if (role == ProtocolRole) {
        return column != nullptr        ? column->protocol
               : section == SeedsColumn ? QStringLiteral("n")
                                        : QString();
    }
    if (role == Qt::ToolTipRole && column != nullptr && column->better) {
        return column->better == Better::Higher ? tr("Higher is better") : tr("Lower is better");
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant((section >= SeedsColumn ? Qt::AlignRight : Qt::AlignLeft) |
                        Qt::AlignVCenter);
    }
    return {};
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
        const RunRow* best = nullptr;
        int candidates = 0;
        for (const RunRow& row : m_rows) {
            const double value = row.cells.value(column.key).value;
            if (row.isBaseline || std::isnan(value) || !column.better) {
                continue;
            }
            ++candidates;
            const double leader =
                best != nullptr ? best->cells.value(column.key).value : std::nan("");
            if (best == nullptr ||
                (column.better == Better::Higher ? value > leader : value < leader)) {
                best = &row;
            }
        }
        if (candidates > 1) { // a single run is not the best of anything
            m_best.insert(column.key, best->id);
        }
    }
}

} // namespace espalier
