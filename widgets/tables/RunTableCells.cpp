// SPDX-License-Identifier: GPL-3.0-or-later
// What a RunTableModel says about its cells and headers.
#include "core/analysis/NumberFormat.h"
#include "widgets/tables/RunTableModel.h"
#include "widgets/views/RunState.h"

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
        return !row.isBaseline && isThere && m_best.contains(column.key) &&
               m_best[column.key] == cell.value;
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

} // namespace espalier
