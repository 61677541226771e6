// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Context.h"
#include "app/bridge/RowsReader.h"
#include "app/pages/RunListModel.h"
#include "widgets/views/Icons.h"

#include <QWidget>

class QAction;
class QHBoxLayout;
class QStackedWidget;
class QTableView;

namespace espalier {

class EmptyState;
class LiveRunView;
class RunQuestion;

/// What is happening now, is it going well, what failed and why: all runs, or one of them live.
class QueuePage : public QWidget {
    Q_OBJECT

public:
    explicit QueuePage(const Context& context, QWidget* parent = nullptr);

    RunListModel& runs() { return m_model; }

    LiveRunView& liveRun() { return *m_live; }

    void openRun(qint64 id);

private:
    QWidget* makeList();
    QWidget* makeListHeader();
    QAction* addMove(const QString& text, const char* name, int direction);
    qint64 waitingBeside(int direction) const;
    void addActions();
    QAction* addAction(const QString& text, const char* name, Glyph glyph);
    void showRuns(const QList<ListedRun>& runs);
    void showPart();
    void showWidget(QWidget* part, QWidget* focus);
    void updateActions();
    qint64 currentRun() const;
    QString currentName() const;

    Context m_context;
    RunListModel m_model;
    QStackedWidget* m_stack;
    QTableView* m_table = nullptr;
    QHBoxLayout* m_buttons = nullptr; // the actions of the table, beside its title
    RunQuestion* m_runQuestion = nullptr;
    EmptyState* m_empty;
    LiveRunView* m_live;
    QWidget* m_list;
    QAction* m_open = nullptr;
    QAction* m_pause = nullptr;
    QAction* m_resume = nullptr;
    QAction* m_stop = nullptr;
    QAction* m_retry = nullptr;
    QAction* m_delete = nullptr;
    QAction* m_up = nullptr;
    QAction* m_down = nullptr;
    RepeatedQuestion m_question;
};

} // namespace espalier
