// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/RunRecord.h"

#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace espalier {

class GlyphLabel;

/// One run on one line: state, title, what it does, bar with percentage, time left as a range,
/// pause and stop.
class ProgressRow : public QWidget {
    Q_OBJECT

public:
    explicit ProgressRow(QWidget* parent = nullptr);

    void setTitle(const QString& title);
    void setStatus(RunStatus status);

    RunStatus status() const { return m_status; }

    void setProgress(const RunProgress& progress);
    /// "14 to 19 min left", from timeLeftText(); the reason goes into the tooltip.
    void setTimeLeft(const QString& text, const QString& reason = {});
    /// A pause was asked for and has not happened yet: "Pausing after this linear".
    void setPausing(bool on);

Q_SIGNALS:
    void pauseRequested();
    void resumeRequested();
    void stopRequested();
    void activated();

protected:
    void mouseDoubleClickEvent(QMouseEvent* event) override;

private:
    void updateButtons();

    RunStatus m_status = RunStatus::Waiting;
    bool m_isPausing = false;
    GlyphLabel* m_glyph;
    QLabel* m_title;
    QLabel* m_stage;
    QProgressBar* m_bar;
    QLabel* m_percent;
    QLabel* m_left;
    QToolButton* m_pause;
    QToolButton* m_stop;
};

} // namespace espalier
