// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/rows/LiveRun.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QToolButton;

namespace espalier {

class FailureBand;
class MessageBand;
class RunQuestion;
class StageRow;

/// Title, state, commands and stages of the live run, and below them what happened to it.
class LiveRunHeader : public QWidget {
    Q_OBJECT

public:
    explicit LiveRunHeader(QWidget* parent = nullptr);

    /// `isWritable` false: nothing can be commanded.
    void setRun(const LiveRun& run, bool isWritable);

Q_SIGNALS:
    void closeRequested();
    void pauseRequested();
    void resumeRequested();
    void stopRequested();
    void retryRequested();
    void deleteRequested();
    void compareRequested();

private:
    void showButtons(const LiveRun& run, bool isWritable);
    void showStages(const LiveRun& run);
    void connectCommands();
    void showBands(const LiveRun& run, bool isWritable);
    void showOutcome(const LiveRun& run, bool isWritable);
    void act(const QString& id);

    QToolButton* m_back;
    QLabel* m_title;
    QLabel* m_chip;
    QLabel* m_subtitle;
    QPushButton* m_pause;
    QPushButton* m_resume;
    QPushButton* m_stop;
    QPushButton* m_delete;
    StageRow* m_stages;
    RunQuestion* m_question;
    MessageBand* m_outcome;
    FailureBand* m_failure;
    qint64 m_id = 0;
    RunStatus m_status = RunStatus::Waiting;
    QString m_name;
    QString m_kept;    // what a stop would leave, in words
    QString m_message; // of the failure shown
    QString m_outcomeText;
};

} // namespace espalier
