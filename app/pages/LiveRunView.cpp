// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/LiveRunView.h"

#include "app/SelectionModel.h"
#include "app/Text.h"
#include "app/Workspace.h"
#include "app/pages/FactList.h"
#include "app/pages/LiveRunHeader.h"
#include "widgets/plots/LayerHeatmap.h"
#include "widgets/plots/MetricPlot.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/views/ColumnScroll.h"

#include <QFrame>
#include <QKeyEvent>
#include <QLabel>
#include <QSplitter>
#include <QVBoxLayout>

namespace espalier {

LiveRunView::LiveRunView(const Context& context, QWidget* parent)
    : QWidget(parent)
    , m_context(context)
    , m_header(new LiveRunHeader(this))
    , m_splitter(new QSplitter(Qt::Vertical, this))
    , m_boardBox(new QWidget(this))
    , m_board(new LayerHeatmap(m_boardBox))
    , m_first(makePanel("firstPlot"))
    , m_second(makePanel("secondPlot"))
    , m_facts(new FactList(this))
    , m_question([this](const auto& done) {
        m_context.workspace.rows().ask(
            this,
            [id = m_id, &methods = m_context.workspace.methods()](const StoreReader& store) {
                return readLiveRun(store, id, methods);
            },
            [this, done, asked = m_id](const LiveRun& run) {
                if (asked == m_id && run.record.id == RunId::None) {
                    m_id = 0;
                    Q_EMIT closed(); // deleted, here or by somebody else
                } else if (asked == m_id) {
                    show(run);
                }
                done();
            });
    })
{
    setObjectName(QStringLiteral("liveRun"));
    setRole(m_boardBox, "panel");
    auto* boardLayout = new QVBoxLayout(m_boardBox);
    boardLayout->setContentsMargins(12, 8, 12, 4);
    m_board->setObjectName(QStringLiteral("layerBoard"));
    boardLayout->addWidget(m_board);
    auto* bottom = new QSplitter(Qt::Horizontal, this);
    bottom->addWidget(m_first.box);
    bottom->addWidget(m_second.box);
    bottom->setSizes({500, 500});
    bottom->setStretchFactor(0, 1);
    bottom->setStretchFactor(1, 1);
    bottom->setChildrenCollapsible(false);
    m_splitter->addWidget(m_boardBox);
    m_splitter->addWidget(bottom);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setChildrenCollapsible(false);
    auto* body = new QSplitter(Qt::Horizontal, this);
    body->addWidget(m_splitter);
    body->addWidget(m_facts);
    body->setSizes({1050, 284});
    body->setStretchFactor(0, 1);
    body->setChildrenCollapsible(false);
    auto* rule = new QFrame(this);
    setRole(rule, "rule");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(rule);
    auto* scroll = new ColumnScroll(this);
    scroll->setObjectName(QStringLiteral("liveScroll"));
    scroll->setWidget(body);
    column->addWidget(scroll, 1);
    connectHeader();
    connect(m_board, &LayerHeatmap::cellActivated, this,
            [this](int, int block) { m_context.selection.setBlock(block); });
    connect(&context.workspace, &Workspace::runsChanged, this, [this](const QList<qint64>& ids) {
        if (m_id != 0 && (ids.isEmpty() || ids.contains(m_id))) {
            m_question.request();
        }
    });
}

LiveRunView::PlotPanel LiveRunView::makePanel(const char* name)
{
    PlotPanel panel;
    panel.box = new QWidget(this);
    setRole(panel.box, "panel");
    panel.title = new QLabel(panel.box);
    setTextRole(panel.title, TextRole::Section);
    panel.plot = new MetricPlot(panel.box);
    panel.plot->setObjectName(QString::fromLatin1(name));
    auto* column = new QVBoxLayout(panel.box);
    column->setContentsMargins(12, 8, 8, 4);
    column->setSpacing(4);
    column->addWidget(panel.title);
    column->addWidget(panel.plot, 1);
    panel.box->setMinimumWidth(180);
    return panel;
}

void LiveRunView::connectHeader()
{
    connect(m_header, &LiveRunHeader::closeRequested, this, &LiveRunView::closed);
    connect(m_header, &LiveRunHeader::pauseRequested, this,
            [this] { m_context.workspace.pause(m_id); });
    connect(m_header, &LiveRunHeader::resumeRequested, this,
            [this] { m_context.workspace.resume(m_id); });
    connect(m_header, &LiveRunHeader::stopRequested, this,
            [this] { m_context.workspace.stop(m_id); });
    connect(m_header, &LiveRunHeader::retryRequested, this,
            [this] { m_context.workspace.retry(m_id); });
    connect(m_header, &LiveRunHeader::deleteRequested, this,
            [this] { m_context.workspace.remove(m_id); });
    connect(m_header, &LiveRunHeader::compareRequested, this, [this] {
        m_context.selection.setRuns({m_id});
        Q_EMIT m_context.navigator.pageRequested(QStringLiteral("compare"));
    });
}

void LiveRunView::setRun(qint64 id)
{
    if (m_id == id) {
        return;
    }
    m_id = id;
    for (PlotPanel* panel : {&m_first, &m_second}) {
        panel->plot->setSeries({});
        panel->ids.clear();
    }
    m_question.request();
}

void LiveRunView::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape) {
        Q_EMIT closed();
        return;
    }
    QWidget::keyPressEvent(event);
}

void LiveRunView::show(const LiveRun& run)
{
    m_run = run;
    m_header->setRun(run, !m_context.workspace.isReadOnly());
    showBoard();
    showPlots();
    m_facts->setFacts(run.facts);
    Q_EMIT shown(m_id);
}

void LiveRunView::showBoard()
{
    const LayerBoard& board = m_run.board;
    m_boardBox->setVisible(m_run.hasBoard());
    if (!m_run.hasBoard()) {
        return;
    }
    if (m_board->board().linears() != board.linears() ||
        m_board->board().blocks() != board.blocks()) {
        m_board->setBoard(board.linears(), board.blocks());
    }
    // The heat map repaints only cells that differ.
    for (int block = 0; block < board.blocks(); ++block) {
        for (int linear = 0; linear < board.linears().size(); ++linear) {
            m_board->setCell({linear, block}, board.cell({linear, block}));
        }
        if (const auto seconds = board.blockSeconds(block)) {
            m_board->setBlockSeconds(block, *seconds);
        }
    }
    m_board->setCurrentBlock(m_run.currentBlock);
}

void LiveRunView::showPlots()
{
    const bool trains = m_run.trains();
    if (trains) {
        m_first.plot->setAxisTitles(tr("Step"), tr("Loss (nat / token)"));
        m_second.plot->setAxisTitles(tr("Step"), tr("KL(teacher || student) (nat)"));
        m_second.plot->setYScale(PlotScale::Log);
        fill(m_first, tr("Loss"), m_run.losses);
        fill(m_second, tr("Divergence from the teacher"), m_run.divergences);
    } else {
        m_first.plot->setAxisTitles(tr("Block"), tr("Relative output error (%)"));
        const bool hasKl = !m_run.blockKl.isEmpty(); // the board has the times too
        m_second.plot->setAxisTitles(tr("Block"), hasKl ? tr("KL(dense || pruned) (nat / token)")
                                                        : tr("Time (s)"));
        m_second.plot->setYScale(PlotScale::Linear);
        fill(m_first, tr("Output error by block"), m_run.errors);
        fill(m_second, hasKl ? tr("Divergence from the dense model") : tr("Time by block"),
             hasKl ? m_run.blockKl : m_run.seconds);
    }
    for (PlotPanel* panel : {&m_first, &m_second}) {
        panel->plot->setXEnd(trains || !m_run.hasBoard() ? std::numeric_limits<double>::quiet_NaN()
                                                         : m_run.board.blocks() - 1);
    }
}

void LiveRunView::fill(PlotPanel& panel, const QString& title, const QList<Curve>& curves)
{
    panel.title->setText(title);
    panel.box->setVisible(!curves.isEmpty());
    QStringList ids;
    QList<PlotSeries> series;
    for (const Curve& curve : curves) {
        ids.append(curve.id);
        series.append({curve.id, curve.label, curve.slot});
    }
    if (ids != panel.ids) {
        panel.ids = ids;
        panel.plot->setSeries(series);
    }
    for (const Curve& curve : curves) {
        panel.plot->append(curve.id, curve.points);
    }
}

} // namespace espalier
