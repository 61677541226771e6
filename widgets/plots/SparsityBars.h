// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QWidget>

namespace espalier {

struct BarPanel {
    QString id;    // of the run
    QString label; // "Wanda 50 %"
    int slot = 0;
    QList<double> values; // removed share by block, 0 to 1; NaN: missing
};

/// Removed share by block, one small panel for each run, all on one scale from 0 to 1.
class SparsityBars : public QWidget {
    Q_OBJECT

public:
    explicit SparsityBars(QWidget* parent = nullptr);

    void setPanels(const QList<BarPanel>& panels);

    const QList<BarPanel>& panels() const { return m_panels; }

    /// Dashed line in every panel; NaN: none.
    void setTarget(double share);
    /// Framed in every panel; -1: none.
    void setLinkedBlock(int block);

    int linkedBlock() const { return m_linked; }

    QRect panelRect(int panel) const;
    /// -1 outside of the bars.
    int blockAt(QPoint position) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void blockActivated(int block);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    int columns() const;
    int rowHeight() const;
    QRectF barRect(int panel, int block) const;
    void paintPanel(QPainter& painter, int panel) const;
    int panelAt(QPoint position) const;

    QList<BarPanel> m_panels;
    double m_target;
    int m_linked = -1;
};

} // namespace espalier
