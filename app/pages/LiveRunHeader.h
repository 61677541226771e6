// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/rows/LiveRun.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace espalier {

class FailureBand;
class MessageBand;
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
    void compareRequested();

private:
    void showButtons(const LiveRun& run, bool isWritable);
    void showStages(const LiveRun& run);
    void showBands(const LiveRun& run, bool isWritable);
    void confirmStop();

    QLabel* m_title;
    QLabel* m_chip;
    QLabel* m_subtitle;
    QPushButton* m_pause;
    QPushButton* m_resume;
    QPushButton* m_stop;
    StageRow* m_stages;
    MessageBand* m_confirmation;
    MessageBand* m_outcome;
    FailureBand* m_failure;
    qint64 m_id = 0;
    QString m_kept;    // what a stop would leave, in words
    QString m_message; // of the failure shown
};

} // namespace espalier
