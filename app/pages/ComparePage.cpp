// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/ComparePage.h"

#include "app/SelectionModel.h"
#include "app/Text.h"
#include "app/Workspace.h"
#include "app/settings/Settings.h"
#include "widgets/form/NumberEdit.h"
#include "widgets/plots/MetricPlot.h"
#include "widgets/tables/RunTableView.h"
#include "widgets/views/EmptyState.h"
#include "widgets/views/MessageBand.h"
#include "widgets/views/SegmentedButtons.h"

#include <QComboBox>
#include <QLabel>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

constexpr double kLogarithmicFrom = 8; // a wider span of perplexities needs a logarithmic axis

} // namespace

ComparePage::ComparePage(const Context& context, QWidget* parent)
    : QWidget(parent)
    , m_context(context)
    , m_stack(new QStackedWidget(this))
    , m_empty(new EmptyState(Glyph::Compare, this))
    , m_question([this](const auto& done) {
        m_context.workspace.rows().ask(
            this,
            [&methods = m_context.workspace.methods()](const StoreReader& store) {
                return readComparison(store, methods);
            },
            [this, done](const Comparison& comparison) {
                show(comparison);
                done();
            });
    })
    , m_details([this](const auto& done) {
        m_context.workspace.rows().ask(
            this,
            [groups = shownGroups(),
             wanted = m_series->currentData().toString()](const StoreReader& store) {
                return Details{readCurves(store, groups, wanted),
                               readSparsityPanels(store, groups)};
            },
            [this, done](const Details& details) {
                showDetails(details);
                done();
                Q_EMIT shown();
            });
    })
{
    setObjectName(QStringLiteral("compare"));
    m_stack->addWidget(m_empty);
    m_stack->addWidget(makeContent());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);
    connect(m_empty, &EmptyState::actionTriggered, this,
            [this] { Q_EMIT m_context.navigator.pageRequested(QStringLiteral("newRun")); });
    setFocusProxy(m_table);
    connectSelection();
    connect(&context.workspace, &Workspace::runsChanged, this, [this] { m_question.request(); });
    m_empty->setText(tr("Reading runs"));
    m_question.request();
}

void ComparePage::connectSelection()
{
    connect(m_table, &RunTableView::selectedRunsChanged, this, &ComparePage::select);
    connect(m_table, &RunTableView::runActivated, &m_context.navigator, &Navigator::runRequested);
    connect(m_pareto, &PlotView::pointActivated, this,
            [this](const QString& id) { select({id.toLongLong()}); });
    connect(&m_context.selection, &SelectionModel::runsChanged, this, &ComparePage::showSelection);
    connect(m_bars, &SparsityBars::blockActivated, &m_context.selection, &SelectionModel::setBlock);
    connect(&m_context.selection, &SelectionModel::blockChanged, m_bars,
            &SparsityBars::setLinkedBlock);
    connect(m_series, &QComboBox::activated, this, [this] { m_details.request(); });
    connect(m_smoothing, &NumberEdit::edited, this, [this] {
        const ParamValue value = m_smoothing->value();
        if (const auto* weight = std::get_if<double>(&value);
            weight != nullptr && *weight >= 0 && *weight < 1) {
            m_curves->setSmoothing(*weight);
            m_context.settings.setSmoothing(*weight);
        }
    });
}

void ComparePage::show(const Comparison& comparison)
{
    m_comparison = comparison;
    const auto finished = std::count_if(
        comparison.groups.begin(), comparison.groups.end(),
        [](const ComparedGroup& group) { return group.row.status == RunStatus::Succeeded; });
    if (comparison.groups.size() < 2) {
        m_empty->setText(tr("Two finished runs are needed to compare; there is %1.")
                             .arg(finished == 0 ? tr("none") : tr("one")),
                         tr("New run"));
        m_stack->setCurrentIndex(0);
        Q_EMIT shown();
        return;
    }
    m_stack->setCurrentIndex(1);
    qsizetype runs = 0;
    QList<RunRow> rows;
    for (const ComparedGroup& group : comparison.groups) {
        rows.append(group.row);
        runs += group.ids.size();
    }
    QString count = tr("%1 runs in %2 groups; seeds folded").arg(runs).arg(rows.size());
    if (!comparison.dataNote.isEmpty()) {
        count += QStringLiteral(". ") + comparison.dataNote;
    }
    m_count->setText(count);
    {
        const QSignalBlocker quiet(m_table);
        m_table->runs().setColumns(comparison.columns);
        m_table->runs().setRows(rows);
    }
    showSizes();
    showSelection();
}

void ComparePage::showSizes()
{
    const QList<SizeAxis> axes = sizeAxes(m_comparison);
    QStringList labels;
    for (const SizeAxis& axis : axes) {
        labels.append(axis.button);
    }
    if (m_sizes == nullptr || axes.size() != m_axes.size()) {
        delete m_sizes;
        m_sizes = nullptr;
        if (!labels.isEmpty()) {
            m_sizes = new SegmentedButtons(labels, this);
            m_sizes->setObjectName(QStringLiteral("sizeAxis"));
            m_sizes->setCurrent(0);
            m_sizeBox->addWidget(m_sizes);
            connect(m_sizes, &SegmentedButtons::currentChanged, this, &ComparePage::showPareto);
        }
    }
    m_axes = axes;
    showPareto();
}

void ComparePage::showPareto()
{
    if (m_sizes == nullptr || m_comparison.quality.empty()) {
        m_pareto->setPoints({}, {});
        m_paretoDetail->setText(tr("no run was measured for size and perplexity"));
        return;
    }
    const SizeAxis& axis = m_axes.at(std::max(0, m_sizes->current()));
    const ParetoData plane = paretoOf(m_comparison, axis);
    double low = std::numeric_limits<double>::infinity();
    double high = 0;
    for (const ParetoPoint& point : plane.points) {
        low = std::min(low, point.y);
        high = std::max(high, point.y);
    }
    m_pareto->setYScale(high > kLogarithmicFrom * low ? PlotScale::Log : PlotScale::Linear);
    m_pareto->setAxisTitles(axis.title, m_comparison.qualityTitle);
    m_pareto->setPoints(plane.points, plane.staircase);
    m_paretoDetail->setText(tr("front of %1").arg(plane.onFront));
}

void ComparePage::select(const QList<qint64>& ids)
{
    if (!m_isSelecting) {
        m_context.selection.setRuns(ids);
    }
}

void ComparePage::showSelection()
{
    // The selection may name a member of a group: the group's row stands for it.
    QList<qint64> rows;
    QStringList points;
    for (const qint64 id : m_context.selection.runs()) {
        if (const ComparedGroup* group = m_comparison.groupOf(id);
            group != nullptr && !rows.contains(group->row.id)) {
            rows.append(group->row.id);
            points.append(QString::number(group->row.id));
        }
    }
    m_isSelecting = true;
    if (m_table->selectedRuns() != rows) {
        m_table->selectRuns(rows);
    }
    m_isSelecting = false;
    m_pareto->setSelected(points);
    const QString verdict = verdictOf(m_comparison, rows);
    m_verdict->setVisible(!verdict.isEmpty());
    if (!verdict.isEmpty()) {
        m_verdict->setMessage(MessageBand::Tone::Info, verdict.toHtmlEscaped());
    }
    showDifferences();
    m_details.request();
}

} // namespace espalier
