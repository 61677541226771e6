// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Workspace.h"
#include "app/pages/LiveRunView.h"
#include "app/pages/QueuePage.h"
#include "app/pages/RunQuestion.h"
#include "widgets/plots/StyleSheet.h"

#include <QAction>
#include <QHBoxLayout>
#include <QItemSelectionModel>
#include <QTableView>
#include <QToolButton>

// What can be done with the run that is chosen in the list, and why not.

namespace espalier {

/// In the menu of the table and as a button above it.
QAction* QueuePage::addAction(const QString& text, const char* name, Glyph glyph)
{
    auto* action = new QAction(icon(glyph), text, m_table);
    action->setObjectName(QString::fromLatin1(name));
    m_table->addAction(action);
    auto* button = new QToolButton(this);
    button->setObjectName(QString::fromLatin1(name) + QStringLiteral("Button"));
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setRole(button, "flat");
    m_buttons->addWidget(button);
    return action;
}

/// In the menu of the table and with Alt and an arrow: another place among those that wait.
QAction* QueuePage::addMove(const QString& text, const char* name, int direction)
{
    auto* action = new QAction(text, m_table);
    action->setObjectName(QString::fromLatin1(name));
    action->setShortcut(QKeySequence(Qt::ALT | (direction < 0 ? Qt::Key_Up : Qt::Key_Down)));
    action->setShortcutContext(Qt::WidgetShortcut);
    m_table->addAction(action);
    connect(action, &QAction::triggered, this, [this, direction] {
        const qint64 run = currentRun();
        if (const qint64 other = waitingBeside(direction); other != 0) {
            m_context.workspace.moveBefore(direction < 0 ? run : other,
                                           direction < 0 ? other : run);
        }
    });
    return action;
}

/// The waiting run above or below the current one, which waits too; 0: there is none.
qint64 QueuePage::waitingBeside(int direction) const
{
    const QList<ListedRun>& runs = m_model.runs();
    const auto waits = [](const ListedRun& run) {
        return run.status == RunStatus::Waiting && !run.isStudy;
    };
    int row = m_model.rowOf(currentRun());
    if (row < 0 || !waits(runs.at(row))) {
        return 0;
    }
    for (row += direction; row >= 0 && row < runs.size(); row += direction) {
        if (waits(runs.at(row))) {
            return runs.at(row).id;
        }
    }
    return 0;
}

void QueuePage::addActions()
{
    m_open = addAction(tr("Open"), "openRun", Glyph::ChevronRight);
    m_pause = addAction(tr("Pause"), "pauseRun", Glyph::Pause);
    m_resume = addAction(tr("Resume"), "resumeRun", Glyph::Play);
    m_stop = addAction(tr("Stop…"), "stopRun", Glyph::Stop);
    m_retry = addAction(tr("Retry"), "retryRun", Glyph::Retry);
    m_delete = addAction(tr("Delete…"), "deleteRun", Glyph::Delete);
    m_up = addMove(tr("Start earlier"), "moveUp", -1);
    m_down = addMove(tr("Start later"), "moveDown", 1);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    const auto connectCommand = [this](QAction* action, void (Workspace::*what)(qint64)) {
        connect(action, &QAction::triggered, this,
                [this, what] { (m_context.workspace.*what)(currentRun()); });
    };
    connectCommand(m_pause, &Workspace::pause);
    connectCommand(m_resume, &Workspace::resume);
    connectCommand(m_retry, &Workspace::retry);
    connect(m_open, &QAction::triggered, this, [this] { openRun(currentRun()); });
    connect(m_stop, &QAction::triggered, this,
            [this] { m_runQuestion->askToStop(currentRun(), currentName()); });
    connect(m_delete, &QAction::triggered, this,
            [this] { m_runQuestion->askToDelete(currentRun(), currentName()); });
    connect(m_runQuestion, &RunQuestion::stopConfirmed, &m_context.workspace, &Workspace::stop);
    connect(m_runQuestion, &RunQuestion::deleteConfirmed, &m_context.workspace, &Workspace::remove);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &QueuePage::updateActions);
    updateActions();
}

void QueuePage::updateActions()
{
    const int row = m_model.rowOf(currentRun());
    const ListedRun run = row >= 0 ? m_model.runs().at(row) : ListedRun{};
    const RunStatus status = run.status;
    const bool isHeld = status == RunStatus::Paused || status == RunStatus::Interrupted;
    const bool hasEnded = status == RunStatus::Failed || status == RunStatus::Cancelled;
    QString reason;
    if (row < 0) {
        reason = tr("Choose a run in the list first.");
    } else if (m_context.workspace.isReadOnly()) {
        reason = tr("This workspace is read-only: %1").arg(m_context.workspace.readOnlyReason());
    } else if (run.isStudy) {
        reason = tr("A study is made of its runs; choose one of those.");
    }
    const auto allow = [&reason](QAction* action, bool isPossible, const QString& does,
                                 const QString& needs) {
        action->setEnabled(reason.isEmpty() && isPossible);
        action->setToolTip(!reason.isEmpty() ? reason : isPossible ? does : needs);
    };
    m_open->setEnabled(row >= 0 && !run.isStudy);
    m_open->setToolTip(m_open->isEnabled() ? tr("Show this run (Enter)") : reason);
    allow(m_pause, status == RunStatus::Running || status == RunStatus::Waiting,
          tr("Frees the machine; the run goes on from there later"),
          tr("Only a run that works or waits can be paused."));
    allow(m_resume, isHeld || hasEnded, tr("Goes on from the last checkpoint"),
          tr("Only a run that was paused, stopped or failed can be resumed."));
    allow(m_stop, run.isActive(), tr("Ends the run; what was finished is kept"),
          tr("This run has ended."));
    allow(m_retry, hasEnded, tr("Runs it again from the beginning, under the same number"),
          tr("Only a run that was stopped or failed can be retried."));
    allow(m_up, waitingBeside(-1) != 0, tr("Before the one above it (Alt+Up)"),
          tr("Only a run that waits behind another can start earlier."));
    allow(m_down, waitingBeside(1) != 0, tr("Behind the one below it (Alt+Down)"),
          tr("Only a run that waits before another can start later."));
    allow(m_delete, isFinal(status), tr("Removes the run and its files"),
          tr("Only a run that has ended can be deleted. Stop it first."));
}

} // namespace espalier
