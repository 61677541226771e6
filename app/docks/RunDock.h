// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Context.h"
#include "app/bridge/RowsReader.h"
#include "app/rows/RunList.h"

#include <QWidget>

class QLabel;
class QSplitter;
class QToolButton;
class QVBoxLayout;

namespace espalier {

class LogView;
class ProgressRow;
class RunQuestion;

/// Below every page: the queue on the left, events of the open or running run on the right.
/// Collapsed it is one line about the first running run.
class RunDock : public QWidget {
    Q_OBJECT

public:
    explicit RunDock(const Context& context, QWidget* parent = nullptr);

    bool isOpen() const;
    void setOpen(bool open);

    const QList<ListedRun>& active() const { return m_active; }

Q_SIGNALS:
    void openChanged(bool open);
    /// Number of running and waiting runs; the rail's badge.
    void activeChanged(int count);

private:
    struct Answer {
        QList<ListedRun> runs = {};
        qint64 logged = 0;
        std::vector<RunEvent> events = {};
    };

    QWidget* makeHeader();
    void show(const Answer& answer);
    void showRows();
    void showEvents(const Answer& answer);
    void fillRow(ProgressRow& row, const ListedRun& run);
    ProgressRow* makeRow();

    Context m_context;
    QToolButton* m_toggle = nullptr;
    QLabel* m_counts = nullptr;
    ProgressRow* m_first; // in the header, while collapsed
    RunQuestion* m_runQuestion;
    QSplitter* m_body;
    QVBoxLayout* m_rows;
    LogView* m_log;
    QList<ProgressRow*> m_rowWidgets;
    QList<ListedRun> m_active;
    qint64 m_logged = 0;
    std::size_t m_eventsShown = 0;
    RepeatedQuestion m_question;
};

} // namespace espalier
