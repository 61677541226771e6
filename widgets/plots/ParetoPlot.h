// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/PlotView.h"

namespace espalier {

struct ParetoPoint {
    QString id;    // of the run or group
    QString label; // "Wanda 50 %"; drawn once for each series
    int slot = 0;
    double x = 0.0;
    double y = 0.0;
    double xError = 0.0; // standard deviation; 0: none
    double yError = 0.0;
    bool onFront = false;
    bool isBaseline = false;
};

/// Quality against size, time or parameters: filled marks are on the front, hollow ones are beaten
/// by another run.
class ParetoPlot : public PlotView {
    Q_OBJECT

public:
    explicit ParetoPlot(QWidget* parent = nullptr);
    ~ParetoPlot() override;

    /// `staircase`: corners of the front's line in ascending x, from paretoStaircase().
    void setPoints(const QList<ParetoPoint>& points, const QList<QPointF>& staircase);

    const QList<ParetoPoint>& points() const { return m_points; }

    /// Ringed.
    void setSelected(const QStringList& ids);
    /// Dashed vertical line, "equal budget 371 MB"; NaN: none.
    void setBudget(double x, const QString& label);

    PlotTable table() const override;

    QList<QPointF> staircase() const { return m_staircase; }

    /// Positions of the marks that are drawn filled, or hollow.
    QList<QPointF> drawnMarks(bool filled) const;

protected:
    void restyle() override;
    void fitRanges() override;
    std::optional<PlotPoint> nearestPoint(QPointF pixel) const override;
    std::optional<PlotPoint> neighbour(const std::optional<PlotPoint>& from, int dx,
                                       int dy) const override;

private:
    struct Parts;

    void rebuild();
    void drawSeries(int slot);
    void placeLabels();
    PlotPoint plotPoint(int index) const;

    QList<ParetoPoint> m_points;
    QList<QPointF> m_staircase;
    QStringList m_selected;
    double m_budget;
    QString m_budgetLabel;
    std::unique_ptr<Parts> m_parts;
};

} // namespace espalier
