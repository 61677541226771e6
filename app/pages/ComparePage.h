// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Context.h"
#include "app/bridge/RowsReader.h"
#include "app/rows/Comparison.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QSplitter;
class QStackedWidget;
class QVBoxLayout;

namespace espalier {

class EmptyState;
class MessageBand;
class MetricPlot;
class NumberEdit;
class ParamDiffTable;
class RunTableView;
class SegmentedButtons;

/// Which method is better at what size, by how much, and is that real? Table, plane, curves and
/// small multiples of the same rows; what is selected in one is selected in all.
class ComparePage : public QWidget {
    Q_OBJECT

public:
    explicit ComparePage(const Context& context, QWidget* parent = nullptr);

    const Comparison& comparison() const { return m_comparison; }

Q_SIGNALS:
    /// New rows are on screen.
    void shown();

private:
    struct Details {
        ComparedCurves curves = {};
        QList<BarPanel> panels = {};
    };

    QWidget* makeContent();
    QWidget* makePanel(const QString& title, QWidget* content, QWidget* control, QLabel** detail);
    QWidget* makePareto();
    QWidget* makeCurves();
    void connectSelection();
    void show(const Comparison& comparison);
    void showSizes();
    void showPareto();
    void showDetails(const Details& details);
    void showDifferences();
    void showSelection();
    void select(const QList<qint64>& ids);
    /// The selected groups; while there are none the best ones.
    QList<ComparedGroup> shownGroups() const;

    Context m_context;
    Comparison m_comparison;
    QList<SizeAxis> m_axes;
    ComparedCurves m_curveData;
    QStackedWidget* m_stack;
    EmptyState* m_empty;
    QLabel* m_count = nullptr;
    RunTableView* m_table = nullptr;
    MessageBand* m_verdict = nullptr;
    QVBoxLayout* m_sizeBox = nullptr;
    SegmentedButtons* m_sizes = nullptr;
    ParetoPlot* m_pareto = nullptr;
    QLabel* m_paretoDetail = nullptr;
    QComboBox* m_series = nullptr;
    NumberEdit* m_smoothing = nullptr;
    MetricPlot* m_curves = nullptr;
    QLabel* m_curveDetail = nullptr;
    SparsityBars* m_bars = nullptr;
    ParamDiffTable* m_differences = nullptr;
    bool m_isSelecting = false;
    RepeatedQuestion m_question;
    RepeatedQuestion m_details;
};

} // namespace espalier
