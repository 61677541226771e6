// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/ComparePage.h"
#include "app/settings/Settings.h"
#include "widgets/form/NumberEdit.h"
#include "widgets/form/WheelGuard.h"
#include "widgets/plots/MetricPlot.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/tables/ParamDiffTable.h"
#include "widgets/tables/RunTableView.h"
#include "widgets/views/ColumnScroll.h"
#include "widgets/views/ElidedLabel.h"
#include "widgets/views/MessageBand.h"

#include <QComboBox>
#include <QFrame>
#include <QLabel>
#include <QSplitter>
#include <QVBoxLayout>

namespace espalier {

namespace {

constexpr int kNumberWidth = 76;
constexpr int kLeastContentHeight = 640; // below it plots lose their labels: the page scrolls

} // namespace

QWidget* ComparePage::makePanel(const QString& title, QWidget* content, QWidget* control,
                                QLabel** detail)
{
    auto* panel = new QWidget(this);
    setRole(panel, "panel");
    panel->setAttribute(Qt::WA_StyledBackground);
    auto* heading = new QLabel(title, panel);
    setTextRole(heading, TextRole::Section);
    auto* muted = new ElidedLabel(panel);
    setRole(muted, "muted");
    if (detail != nullptr) {
        *detail = muted;
    }
    auto* line = new QHBoxLayout;
    line->setSpacing(8);
    line->addWidget(heading);
    line->addWidget(muted, 1);
    if (control != nullptr) {
        line->addWidget(control);
    }
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(12, 6, 8, 4);
    column->setSpacing(4);
    column->addLayout(line);
    column->addWidget(content, 1);
    return panel;
}

QWidget* ComparePage::makePareto()
{
    m_pareto = new ParetoPlot(this);
    m_pareto->setObjectName(QStringLiteral("paretoPlot"));
    auto* sizes = new QWidget(this);
    m_sizeBox = new QVBoxLayout(sizes);
    m_sizeBox->setContentsMargins(0, 0, 0, 0);
    return makePanel(tr("Accuracy against size"), m_pareto, sizes, &m_paretoDetail);
}

QWidget* ComparePage::makeCurves()
{
    m_curves = new MetricPlot(this);
    m_curves->setObjectName(QStringLiteral("curvePlot"));
    auto* controls = new QWidget(this);
    m_series = new QComboBox(controls);
    m_series->setObjectName(QStringLiteral("curveSeries"));
    m_series->setAccessibleName(tr("Series shown"));
    m_series->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    WheelGuard::protect(m_series);
    auto* label = new QLabel(tr("EMA"), controls);
    setRole(label, "muted");
    ParamSpec weight;
    weight.key = "smoothing";
    weight.domain = RealRange{.min = 0.0, .max = 0.99};
    m_smoothing = new NumberEdit(weight, controls);
    m_smoothing->setObjectName(QStringLiteral("smoothing"));
    m_smoothing->setValue(m_context.settings.smoothing());
    m_smoothing->setFixedWidth(kNumberWidth);
    label->setBuddy(m_smoothing);
    WheelGuard::protect(m_smoothing);
    auto* line = new QHBoxLayout(controls);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(6);
    line->addWidget(m_series);
    line->addWidget(label);
    line->addWidget(m_smoothing);
    return makePanel(tr("Curves"), m_curves, controls, &m_curveDetail);
}

QWidget* ComparePage::makeContent()
{
    auto* content = new QWidget(this);
    auto* title = new QLabel(tr("Compare"), content);
    setTextRole(title, TextRole::Heading);
    m_count = new QLabel(content);
    m_count->setObjectName(QStringLiteral("groupCount"));
    setRole(m_count, "muted");
    auto* line = new QHBoxLayout;
    line->setContentsMargins(12, 8, 12, 8);
    line->setSpacing(12);
    line->addWidget(title);
    line->addWidget(m_count);
    line->addStretch(1);
    m_table = new RunTableView(content);
    m_table->setObjectName(QStringLiteral("runTable"));
    m_verdict = new MessageBand(content);
    m_verdict->setObjectName(QStringLiteral("verdict"));
    m_verdict->hide();

    m_bars = new SparsityBars(this);
    m_bars->setObjectName(QStringLiteral("sparsityBars"));
    QLabel* barDetail = nullptr;
    QWidget* bars = makePanel(tr("Removed share by block"), m_bars, nullptr, &barDetail);
    barDetail->setText(tr("0 to 1, mean over the linears of a block"));
    m_differences = new ParamDiffTable(this);
    m_differences->setObjectName(QStringLiteral("differences"));
    QLabel* differenceDetail = nullptr;
    QWidget* differences = makePanel(tr("Differences"), m_differences, nullptr, &differenceDetail);
    differenceDetail->setText(tr("only what is not the same and changes numbers"));

    auto* left = new QSplitter(Qt::Vertical, this);
    left->addWidget(makePareto());
    left->addWidget(bars);
    left->setSizes({300, 170});
    auto* right = new QSplitter(Qt::Vertical, this);
    right->addWidget(makeCurves());
    right->addWidget(differences);
    right->setSizes({300, 170});
    auto* plots = new QSplitter(Qt::Horizontal, this);
    plots->addWidget(left);
    plots->addWidget(right);
    plots->setSizes({500, 500});
    auto* top = new QWidget(content);
    auto* topColumn = new QVBoxLayout(top);
    topColumn->setContentsMargins(0, 0, 0, 0);
    topColumn->setSpacing(0);
    topColumn->addWidget(m_table, 1);
    topColumn->addWidget(m_verdict);
    auto* all = new QSplitter(Qt::Vertical, this);
    all->addWidget(top);
    all->addWidget(plots);
    all->setSizes({250, 470});
    for (QSplitter* splitter : {left, right, plots, all}) {
        splitter->setChildrenCollapsible(false);
    }
    all->setMinimumHeight(kLeastContentHeight);
    auto* scroll = new ColumnScroll(content);
    scroll->setObjectName(QStringLiteral("compareScroll"));
    scroll->setWidget(all);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(line);
    column->addWidget(scroll, 1);
    return content;
}

} // namespace espalier
