// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/PlotTable.h"
#include "widgets/plots/PlotTheme.h"

#include <QWidget>

#include <functional>
#include <memory>
#include <optional>

class QCPItemLine;
class QCPItemText;
class QCustomPlot;
class QMenu;
class QStackedLayout;
class QTableWidget;

namespace espalier {

enum class PlotScale { Linear = 1, Log };

/// What every plot can do: theme, zoom, crosshair, keyboard, copy, export, the same data as a
/// table. Wheel zooms x, Shift+wheel y, drag pans, double click resets; arrows walk points, Ctrl+T
/// shows the table.
class PlotView : public QWidget {
    Q_OBJECT

public:
    explicit PlotView(QWidget* parent = nullptr);
    ~PlotView() override;

    /// "Name (unit)", protocol included.
    void setAxisTitles(const QString& x, const QString& y);
    void setYScale(PlotScale scale);
    PlotScale yScale() const;
    void resetView();
    /// Everything drawn, as text.
    virtual PlotTable table() const = 0;
    void showTable(bool on);
    bool showsTable() const;

    /// Always in the light theme: figures go onto paper.
    QByteArray svg(const QSize& size);
    bool savePdf(const QString& file, const QSize& size);
    QPixmap figure(const QSize& size, double scale);

    /// Where to save, given a proposed name; tests and the window answer instead of the system's
    /// dialog.
    void setFileChooser(std::function<QString(const QString& proposed)> choose);

    const std::optional<PlotPoint>& currentPoint() const { return m_current; }

    QCustomPlot& plot() const { return *m_plot; }

Q_SIGNALS:
    void pointHovered(const QString& id); // empty: none
    void pointActivated(const QString& id);
    void yScaleChanged();

protected:
    /// Colours, pens and fonts of everything drawn.
    virtual void restyle() = 0;
    /// Ranges that show all data.
    virtual void fitRanges() = 0;
    virtual std::optional<PlotPoint> nearestPoint(QPointF pixel) const = 0;
    /// The neighbour of `from`: `dx` along its series, `dy` to another; the first point for none.
    virtual std::optional<PlotPoint> neighbour(const std::optional<PlotPoint>& from, int dx,
                                               int dy) const = 0;

    const PlotTheme& theme() const;
    /// Fits the ranges unless the user has chosen some or points at the plot, and draws within 50
    /// ms.
    void dataChanged();

    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void connectMouse();
    void setCurrent(const std::optional<PlotPoint>& point);
    void fillTable();
    void restyleAll();
    void addExports(QMenu& menu);
    template <class Draw>
    auto inLightTheme(Draw draw);

    QStackedLayout* m_stack;
    QCustomPlot* m_plot;
    QTableWidget* m_table;
    QCPItemLine* m_crosshair;
    QCPItemText* m_tip;
    const PlotTheme* m_override = nullptr;
    std::optional<PlotPoint> m_current;
    std::function<QString(const QString&)> m_chooseFile;
    bool m_isFollowing = true; // the user has not zoomed
};

} // namespace espalier
