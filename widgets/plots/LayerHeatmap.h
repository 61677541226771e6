// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/LayerBoard.h"

#include <QWidget>

namespace espalier {

class ColourMap;
struct PlotTheme;

/// The layer board of a run: rows are linears, columns are blocks; sparsity above, relative output
/// error (log) below, the time of each block beneath. Repaints only what changed.
class LayerHeatmap : public QWidget {
    Q_OBJECT

public:
    enum class Strip { Sparsity = 1, Error };

    explicit LayerHeatmap(QWidget* parent = nullptr);

    void setBoard(const QStringList& linears, int blocks);

    const LayerBoard& board() const { return m_board; }

    void setCell(LayerPlace place, const LayerCell& cell);
    void setBlockSeconds(int block, double seconds);
    /// The block that is being worked on; -1: none.
    void setCurrentBlock(int block);

    int currentBlock() const { return m_current; }

    void setSelected(LayerPlace place);

    LayerPlace selected() const { return m_selected; }

    /// Where a cell is drawn, for tests and for pointing at it.
    QRect cellRect(Strip strip, LayerPlace place) const;
    LayerPlace placeAt(QPoint position) const;
    bool printsValues() const;
    /// What the tooltip says about a linear.
    QString describe(LayerPlace place) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void cellActivated(int linear, int block);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Layout;

    Layout layoutNow() const;
    QRect columnRect(int block) const;
    void select(LayerPlace place);
    void paintLegend(QPainter& painter, const Layout& layout) const;
    void paintLabels(QPainter& painter, const Layout& layout) const;
    void paintCell(QPainter& painter, const Layout& layout, Strip strip, LayerPlace place) const;
    void paintTimes(QPainter& painter, const Layout& layout) const;
    void paintFrames(QPainter& painter, const Layout& layout) const;

    LayerBoard m_board;
    LayerBoard::Range m_sparsityRange;
    LayerBoard::Range m_errorRange;
    int m_current = -1;
    LayerPlace m_selected;
};

} // namespace espalier
