// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/ParetoFront.h"
#include "core/run/RunRecord.h"

#include <QAbstractTableModel>
#include <QHash>

#include <limits>
#include <optional>

namespace espalier {

/// How a value is set against the baseline's, beside it in small type.
enum class DeltaKind { None = 1, Difference, Percent, Factor };

struct RunColumn {
    QString key;      // "eval/wikitext2/perplexity"
    QString title;    // "Perplexity"
    QString protocol; // second line of the header: unit and protocol, "WikiText-2, ctx 2048"
    std::optional<Better> better = {};
    int decimals = 2;
    DeltaKind delta = DeltaKind::None;
};

struct RunCell {
    double value = std::numeric_limits<double>::quiet_NaN();
    double deviation = 0.0; // over the seeds; 0: none
    QString missing = {};   // why there is no value, for the tooltip
};

struct RunRow {
    qint64 id = 0;
    QString name;    // "SparseGPT"
    QString variant; // "50 %, bitmask"
    int slot = 0;
    RunStatus status = RunStatus::Waiting;
    QString reason = {}; // of a failure
    bool isBaseline = false;
    int seeds = 1;
    QHash<QString, RunCell> cells = {};
};

/// Runs, or groups of runs, as rows; metrics as columns. The baseline stays on top and runs without
/// a value at the bottom, whatever the order.
class RunTableModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum FixedColumn { NameColumn, StateColumn, SeedsColumn, FirstMetric };

    enum Role {
        IdRole = Qt::UserRole + 1,
        SlotRole,
        VariantRole,
        BaselineRole,
        StatusRole,
        ValueTextRole,     // "16.41"
        DeviationTextRole, // "± 0.05"
        DeltaTextRole,     // "+1.79"
        BestRole,
        ProtocolRole // second line of a header
    };

    using QAbstractTableModel::QAbstractTableModel;

    void setColumns(const QList<RunColumn>& columns);

    const QList<RunColumn>& columns() const { return m_columns; }

    /// Rows that stay keep their identity, so that selections and open editors survive a refresh.
    void setRows(const QList<RunRow>& rows);

    const RunRow& rowAt(int row) const { return m_rows.at(row); }

    int indexOf(qint64 id) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order) override;

private:
    const RunColumn* metric(int column) const;
    const RunRow* baseline() const;
    QVariant nameData(const RunRow& row, int role) const;
    QVariant metricData(const RunRow& row, const RunColumn& column, int role) const;
    QString deltaText(const RunRow& row, const RunColumn& column) const;
    bool isBefore(const RunRow& a, const RunRow& b) const;
    void reorder();
    void findBest();

    QList<RunColumn> m_columns;
    QList<RunRow> m_rows;
    QHash<QString, double> m_best; // by column key; nothing where all are equal
    int m_sortColumn = -1;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
};

} // namespace espalier
