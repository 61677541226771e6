// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/PlotView.h"

#include <QPointF>

#include <span>
#include <vector>

namespace espalier {

struct PlotSeries {
    QString id;    // "run 12/train/loss/kl"
    QString label; // at the line's end
    int slot = 0;  // colour, mark and dash
};

/// Curves over steps, tokens or time: raw thin and smoothed on top, labels at line ends, gaps where
/// a value is not a number. Points are appended; nothing is copied when a run goes on.
class MetricPlot : public PlotView {
    Q_OBJECT

public:
    explicit MetricPlot(QWidget* parent = nullptr);
    ~MetricPlot() override;

    /// Keeps the points of series that stay.
    void setSeries(const QList<PlotSeries>& series);
    /// In ascending x; points at or before the last one are passed over (a feed may repeat itself).
    void append(const QString& id, std::span<const QPointF> points);
    void clearPoints(const QString& id);
    /// Shaded between two curves of equal x, mean +/- std for instance; empty: none.
    void setBand(const QString& id, std::span<const QPointF> low, std::span<const QPointF> high);
    /// Weight of the past in the moving average, 0 (off) to below 1; the same as smoothed() of
    /// core/analysis.
    void setSmoothing(double weight);

    double smoothing() const { return m_smoothing; }

    /// A dotted horizontal line, "dense 14.62" for instance; NaN takes it away.
    void setReference(const QString& label, double y);
    /// The x axis reaches at least this far, so that a running curve grows into a fixed frame; NaN:
    /// as far as data.
    void setXEnd(double x);

    PlotTable table() const override;
    /// As drawn: the raw or the smoothed curve.
    QList<QPointF> drawnPoints(const QString& id) const;

protected:
    void resizeEvent(QResizeEvent* event) override;
    void restyle() override;
    void fitRanges() override;
    std::optional<PlotPoint> nearestPoint(QPointF pixel) const override;
    std::optional<PlotPoint> neighbour(const std::optional<PlotPoint>& from, int dx,
                                       int dy) const override;

private:
    struct Curve;

    Curve* curve(const QString& id) const;
    void addPoint(Curve& curve, QPointF point);
    void smoothAgain(Curve& curve);
    void styleCurve(Curve& curve);
    void updateEnd(Curve& curve);
    void placeLabels();
    void placeReference();
    void reserveLabelSpace();
    std::optional<PlotPoint> pointOf(const Curve& curve, int index) const;

    std::vector<std::unique_ptr<Curve>> m_curves;
    struct Extras;
    std::unique_ptr<Extras> m_extras;
    double m_smoothing = 0.0;
};

} // namespace espalier
