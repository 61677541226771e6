// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/docks/RunDock.h"

#include "app/SelectionModel.h"
#include "app/Text.h"
#include "app/Workspace.h"
#include "app/pages/RunQuestion.h"
#include "app/settings/Settings.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/views/Icons.h"
#include "widgets/views/LogView.h"
#include "widgets/views/ProgressRow.h"

#include <QFrame>
#include <QLabel>
#include <QScrollArea>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace espalier {

namespace {

constexpr std::size_t kMostEvents = 5000;
constexpr int kBodyHeight = 116;
constexpr qsizetype kMostRows = 50;

} // namespace

RunDock::RunDock(const Context& context, QWidget* parent)
    : QWidget(parent)
    , m_context(context)
    , m_first(makeRow())
    , m_runQuestion(new RunQuestion(this))
    , m_body(new QSplitter(Qt::Horizontal, this))
    , m_rows(nullptr)
    , m_log(new LogView(this))
    , m_question([this](const auto& done) {
        m_context.workspace.rows().ask(
            this,
            [open = m_context.selection.openRun(),
             &methods = m_context.workspace.methods()](const StoreReader& store) {
                Answer answer{.runs = readRunList(store, methods)};
                answer.runs.removeIf([](const ListedRun& run) { return run.isStudy; });
                answer.logged = open != 0               ? open
                                : answer.runs.isEmpty() ? 0
                                                        : answer.runs.first().id;
                answer.runs.removeIf([](const ListedRun& run) { return !run.isActive(); });
                if (answer.logged != 0) {
                    answer.events = store.events(runOf(answer.logged), kMostEvents);
                }
                return answer;
            },
            [this, done](const Answer& answer) {
                show(answer);
                done();
            });
    })
{
    setObjectName(QStringLiteral("runDock"));
    auto* rows = new QWidget(this);
    m_rows = new QVBoxLayout(rows);
    m_rows->setContentsMargins(12, 0, 12, 4);
    m_rows->setSpacing(0);
    m_rows->addStretch(1);
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setWidget(rows);
    scroll->setMinimumWidth(360);
    m_log->setMinimumWidth(260);
    m_body->addWidget(scroll);
    m_body->addWidget(m_log);
    m_body->setSizes({860, 460});
    m_body->setStretchFactor(0, 2);
    m_body->setStretchFactor(1, 1);
    m_body->setChildrenCollapsible(false);
    m_body->setFixedHeight(std::max(kBodyHeight, fontMetrics().height() * 7));
    auto* rule = new QFrame(this);
    setRole(rule, "rule");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(rule);
    column->addWidget(m_runQuestion);
    column->addWidget(makeHeader());
    column->addWidget(m_body);
    connect(&context.workspace, &Workspace::runsChanged, this, [this] { m_question.request(); });
    connect(&context.selection, &SelectionModel::openRunChanged, this,
            [this] { m_question.request(); });
    connect(m_runQuestion, &RunQuestion::stopConfirmed, &context.workspace, &Workspace::stop);
    setOpen(false);
    m_question.request();
}

QWidget* RunDock::makeHeader()
{
    auto* header = new QWidget(this);
    m_toggle = new QToolButton(header);
    m_toggle->setObjectName(QStringLiteral("toggleRunDock"));
    m_toggle->setText(tr("Queue"));
    m_toggle->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setRole(m_toggle, "flat");
    setTextRole(m_toggle, TextRole::Section);
    m_counts = new QLabel(header);
    m_counts->setObjectName(QStringLiteral("queueCounts"));
    setRole(m_counts, "muted");
    auto* line = new QHBoxLayout(header);
    line->setContentsMargins(8, 3, 12, 3);
    line->setSpacing(10);
    line->addWidget(m_toggle);
    line->addWidget(m_counts);
    line->addWidget(m_first, 1);
    line->addStretch(0);
    connect(m_toggle, &QToolButton::clicked, this, [this] { setOpen(!isOpen()); });
    return header;
}

ProgressRow* RunDock::makeRow()
{
    auto* row = new ProgressRow(this);
    const auto idOf = [row] { return row->property("run").toLongLong(); };
    connect(row, &ProgressRow::pauseRequested, this, [this, row, idOf] {
        row->setPausing(true);
        m_context.workspace.pause(idOf());
    });
    connect(row, &ProgressRow::resumeRequested, this,
            [this, idOf] { m_context.workspace.resume(idOf()); });
    connect(row, &ProgressRow::stopRequested, this,
            [this, row, idOf] { m_runQuestion->askToStop(idOf(), row->accessibleName()); });
    connect(row, &ProgressRow::activated, this,
            [this, idOf] { Q_EMIT m_context.navigator.runRequested(idOf()); });
    return row;
}

bool RunDock::isOpen() const
{
    return !m_body->isHidden();
}

void RunDock::setOpen(bool open)
{
    const bool isChange = open != isOpen();
    m_body->setVisible(open);
    m_toggle->setIcon(icon(open ? Glyph::ChevronDown : Glyph::ChevronRight));
    m_toggle->setToolTip(open ? tr("Fold the queue (Ctrl+J)") : tr("Show the queue (Ctrl+J)"));
    m_first->setVisible(!open && !m_active.isEmpty());
    if (isChange) {
        Q_EMIT openChanged(open);
    }
}

void RunDock::show(const Answer& answer)
{
    m_active = answer.runs;
    const bool isAsked = std::any_of(
        m_active.begin(), m_active.end(),
        [asked = m_runQuestion->run()](const ListedRun& run) { return run.id == asked; });
    if (!isAsked) {
        m_runQuestion->dismiss(); // it has ended by itself
    }
    showRows();
    showEvents(answer);
}

void RunDock::showRows()
{
    const auto running = std::count_if(m_active.begin(), m_active.end(), [](const ListedRun& run) {
        return run.status == RunStatus::Running;
    });
    const auto waiting = std::count_if(m_active.begin(), m_active.end(), [](const ListedRun& run) {
        return run.status == RunStatus::Waiting;
    });
    m_counts->setText(m_active.isEmpty() ? tr("nothing is running")
                                         : tr("%1 running, %2 waiting").arg(running).arg(waiting));
    m_first->setVisible(!isOpen() && !m_active.isEmpty());
    if (!m_active.isEmpty()) {
        fillRow(*m_first, m_active.first());
    }
    const qsizetype count = std::min(kMostRows, m_active.size());
    while (m_rowWidgets.size() > count) {
        delete m_rowWidgets.takeLast();
    }
    while (m_rowWidgets.size() < count) {
        m_rowWidgets.append(makeRow());
        m_rows->insertWidget(static_cast<int>(m_rowWidgets.size()) - 1, m_rowWidgets.last());
    }
    for (qsizetype i = 0; i < count; ++i) {
        fillRow(*m_rowWidgets.at(i), m_active.at(i));
    }
    Q_EMIT activeChanged(static_cast<int>(running + waiting));
}

void RunDock::fillRow(ProgressRow& row, const ListedRun& run)
{
    if (row.property("run").toLongLong() != run.id) {
        row.setPausing(false); // that was another run
        row.setProperty("run", run.id);
    }
    row.setTitle(run.name);
    row.setStatus(run.status);
    row.setProgress(run.progress);
    row.setTimeLeft(run.status == RunStatus::Running ? timeLeftOf(run.progress) : QString());
}

void RunDock::showEvents(const Answer& answer)
{
    if (answer.logged != m_logged || answer.events.size() < m_eventsShown) {
        m_logged = answer.logged;
        m_eventsShown = 0;
        m_log->clear();
    }
    // Events only grow: those after the last one shown are new.
    const auto first = answer.events.begin() + static_cast<std::ptrdiff_t>(m_eventsShown);
    m_log->append({first, answer.events.end()});
    m_eventsShown = answer.events.size();
}

} // namespace espalier
