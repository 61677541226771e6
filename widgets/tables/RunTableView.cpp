// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/RunTableView.h"

#include "widgets/tables/RunTableDelegate.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QKeyEvent>

#include <algorithm>

namespace espalier {

namespace {

constexpr int kLeastNameWidth = 220;

} // namespace

RunTableView::RunTableView(QWidget* parent)
    : QTableView(parent)
{
    setObjectName(QStringLiteral("runTable"));
    setAccessibleName(tr("Runs"));
    auto* header = new RunTableHeader(this);
    setHorizontalHeader(header);
    setModel(&m_model);
    setItemDelegate(new RunTableDelegate(this));
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setMouseTracking(true);
    setContextMenuPolicy(Qt::ActionsContextMenu);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    header->setSortIndicatorShown(true);
    fitSizes();
    connect(header, &QHeaderView::sortIndicatorChanged, &m_model, &RunTableModel::sort);
    connect(&m_model, &QAbstractItemModel::modelReset, this, [this, header] {
        if (!m_model.columns().isEmpty()) {
            const bool isHigher = m_model.columns().first().better == Better::Higher;
            header->setSortIndicator(RunTableModel::FirstMetric,
                                     isHigher ? Qt::DescendingOrder : Qt::AscendingOrder);
        }
        fitColumns();
    });
    connect(&m_model, &QAbstractItemModel::rowsInserted, this, [this] { fitColumns(); });
    connect(selectionModel(), &QItemSelectionModel::selectionChanged, this,
            [this] { Q_EMIT selectedRunsChanged(selectedRuns()); });
    connect(this, &QTableView::activated, this, [this](const QModelIndex& index) {
        Q_EMIT runActivated(index.data(RunTableModel::IdRole).toLongLong());
    });
    connect(this, &QTableView::entered, this, [this](const QModelIndex& index) {
        Q_EMIT runHovered(index.data(RunTableModel::IdRole).toLongLong());
    });
}

void RunTableView::fitSizes()
{
    verticalHeader()->setDefaultSectionSize(std::max(25, fontMetrics().height() + 8));
}

void RunTableView::changeEvent(QEvent* event)
{
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::ApplicationFontChange) {
        fitSizes();
        fitColumns();
    }
}

/// Names end in the middle rather than push the figures out of the view.
void RunTableView::fitColumns()
{
    resizeColumnsToContents();
    const int most = std::max(kLeastNameWidth, viewport()->width() * 2 / 5);
    setColumnWidth(0, std::min(columnWidth(0), most));
}

void RunTableView::leaveEvent(QEvent* event)
{
    QTableView::leaveEvent(event);
    Q_EMIT runHovered(0);
}

QList<qint64> RunTableView::selectedRuns() const
{
    QModelIndexList rows = selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end());
    QList<qint64> ids;
    for (const QModelIndex& row : rows) {
        ids.append(row.data(RunTableModel::IdRole).toLongLong());
    }
    return ids;
}

void RunTableView::selectRuns(const QList<qint64>& ids)
{
    QItemSelection selection;
    for (const qint64 id : ids) {
        if (const int row = m_model.indexOf(id); row >= 0) {
            selection.select(m_model.index(row, 0), m_model.index(row, m_model.columnCount() - 1));
        }
    }
    selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
}

QString RunTableView::selectionText() const
{
    const auto line = [&](const auto& textOf) {
        QStringList cells;
        for (int visual = 0; visual < m_model.columnCount(); ++visual) {
            const int column = horizontalHeader()->logicalIndex(visual);
            if (!isColumnHidden(column)) {
                cells.append(textOf(column));
            }
        }
        return cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
    };
    QString text = line([&](int column) {
        return m_model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    });
    for (const qint64 id : selectedRuns()) {
        const int row = m_model.indexOf(id);
        text += line([&](int column) {
            QString cell = m_model.index(row, column).data().toString();
            return cell.replace(QChar(0x2212), QLatin1Char('-')).remove(QChar(0x202F));
        });
    }
    return text;
}

void RunTableView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(selectionText());
        return;
    }
    if (event->key() == Qt::Key_Escape && !selectedRuns().isEmpty()) {
        clearSelection();
        return;
    }
    QTableView::keyPressEvent(event);
}

} // namespace espalier
