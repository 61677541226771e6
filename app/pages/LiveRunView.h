// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Context.h"
#include "app/bridge/RowsReader.h"
#include "app/rows/LiveRun.h"

#include <QWidget>

class QLabel;
class QSplitter;

namespace espalier {

class FactList;
class LayerHeatmap;
class LiveRunHeader;
class MetricPlot;

/// One run: stages, layer board, curves, numbers. Fills while the run works and looks the same
/// afterwards.
class LiveRunView : public QWidget {
    Q_OBJECT

public:
    explicit LiveRunView(const Context& context, QWidget* parent = nullptr);

    void setRun(qint64 id);

    const LiveRun& run() const { return m_run; }

Q_SIGNALS:
    void closed();
    /// New rows are on screen.
    void shown(qint64 id);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct PlotPanel {
        QWidget* box = nullptr;
        QLabel* title = nullptr;
        MetricPlot* plot = nullptr;
        QStringList ids = {};
    };

    PlotPanel makePanel(const char* name);
    void connectHeader();
    void show(const LiveRun& run);
    void showBoard();
    void showPlots();
    void fill(PlotPanel& panel, const QString& title, const QList<Curve>& curves);

    Context m_context;
    LiveRunHeader* m_header;
    QSplitter* m_splitter;
    QWidget* m_boardBox;
    LayerHeatmap* m_board;
    PlotPanel m_first;
    PlotPanel m_second;
    FactList* m_facts;
    qint64 m_id = 0;
    LiveRun m_run;
    RepeatedQuestion m_question;
};

} // namespace espalier
