// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/MessageBand.h"

namespace espalier {

/// Asks in the page, before a run is stopped or deleted; nothing happens until the answer. Hidden
/// while there is no question; Esc takes it back. The answers are buttons: keepRunning and
/// confirmStop, keepRun and confirmDelete.
class RunQuestion : public MessageBand {
    Q_OBJECT

public:
    explicit RunQuestion(QWidget* parent = nullptr);

    /// `name` as people know the run: "0067 Wanda 50 %"; `kept`: a sentence about what remains.
    void askToStop(qint64 run, const QString& name, const QString& kept = {});
    void askToDelete(qint64 run, const QString& name);
    /// Takes the question back, whatever it was about.
    void dismiss();

    /// The run asked about; 0: there is no question.
    qint64 run() const { return m_run; }

    /// The question is whether to stop, which only a run at work can be asked.
    bool isAboutStopping() const { return m_run != 0 && m_isStop; }

Q_SIGNALS:
    void stopConfirmed(qint64 run);
    void deleteConfirmed(qint64 run);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void ask();
    void answer(const QString& id);

    qint64 m_run = 0;
    bool m_isStop = false;
};

} // namespace espalier
