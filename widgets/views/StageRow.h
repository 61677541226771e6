// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QWidget>

class QLabel;

namespace espalier {

enum class StageState { Waiting = 1, Current, Done, Failed };

struct StageLook {
    QString title;  // "Compress"
    QString detail; // "block 15/24", "18 s"
    StageState state = StageState::Waiting;
    double share = 0.0; // of the current stage, 0 to 1
};

/// The stages of a run side by side: a check and a time when done, a bar and a label while at work;
/// on the right how long it will still take.
class StageRow : public QWidget {
    Q_OBJECT

public:
    explicit StageRow(QWidget* parent = nullptr);

    void setStages(const QList<StageLook>& stages);

    const QList<StageLook>& stages() const { return m_stages; }

    /// "1 min 15 s to 1 min 30 s left" and "in this stage; all stages 14 to 19 min"; why in the
    /// tooltip.
    void setTimeLeft(const QString& text, const QString& below, const QString& reason = {});

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void paintStage(QPainter& painter, const QRect& rect, int index) const;

    QList<StageLook> m_stages;
    QWidget* m_time;
    QLabel* m_left;
    QLabel* m_below;
};

} // namespace espalier
