// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/ParetoFront.h"
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/plots/ParetoPlot.h"
#include "widgets/plots/PlotDrawing.h"

#include <QSignalSpy>

using namespace espalier;

namespace {

/// The front comes from the analysis, as it does in the window.
void fill(ParetoPlot& plot)
{
    QList<ParetoPoint> points;
    const QStringList names{QStringLiteral("SparseGPT"), QStringLiteral("Wanda"),
                            QStringLiteral("ZipLM")};
    const QList<QList<double>> y{{27, 19, 16.4, 15}, {38, 22, 17, 15.1}, {24, 19.5, 17.5, 15.2}};
    for (int m = 0; m < 3; ++m) {
        for (int i = 0; i < 4; ++i) {
            points.append({.id = QStringLiteral("%1-%2").arg(names[m]).arg(i),
                           .label = names[m],
                           .slot = m,
                           .x = 262.0 + 55 * i + m,
                           .y = y[m][i],
                           .yError = 0.3});
        }
    }
    points.append({.id = QStringLiteral("dense"),
                   .label = QStringLiteral("稠密"),
                   .x = 606.8,
                   .y = 14.62,
                   .isBaseline = true});
    std::vector<PlanePoint> plane;
    for (const ParetoPoint& point : points) {
        plane.push_back({point.x, point.y});
    }
    for (const std::size_t index : paretoFront(plane)) {
        points[static_cast<qsizetype>(index)].onFront = true;
    }
    QList<QPointF> stairs;
    for (const PlanePoint& corner : paretoStaircase(plane)) {
        stairs.append({corner.x, corner.y});
    }
    plot.setPoints(points, stairs);
}

} // namespace

class TestParetoPlot : public test::WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void fillsTheFrontAndHollowsTheRest();
    void drawsTheStaircase();
    void picksPoints();
    void survivesSelectionAndThemes();
    void looksRight();
};

void TestParetoPlot::fillsTheFrontAndHollowsTheRest()
{
    ParetoPlot plot;
    fill(plot);
    const QList<QPointF> filled = plot.drawnMarks(true);
    const QList<QPointF> hollow = plot.drawnMarks(false);
    QCOMPARE(filled.size() + hollow.size(), 13);
    QVERIFY(filled.contains(QPointF(262, 27)));
    QVERIFY(hollow.contains(QPointF(263, 38))); // Wanda there is beaten by SparseGPT
    QVERIFY(filled.contains(QPointF(606.8, 14.62)));
}

void TestParetoPlot::drawsTheStaircase()
{
    ParetoPlot plot;
    fill(plot);
    QVERIFY(plot.staircase().size() >= 4);
    bool isDrawn = false;
    for (int i = 0; i < plot.plot().graphCount(); ++i) {
        isDrawn = isDrawn || plot.plot().graph(i)->data()->size() == plot.staircase().size();
    }
    QVERIFY(isDrawn);
}

void TestParetoPlot::picksPoints()
{
    ParetoPlot plot;
    fill(plot);
    show(plot, {500, 320});
    plot.plot().replot();
    QSignalSpy picked(&plot, &PlotView::pointActivated);
    const QPointF at(plot.plot().xAxis->coordToPixel(606.8),
                     plot.plot().yAxis->coordToPixel(14.62));
    QTest::mouseClick(&plot.plot(), Qt::LeftButton, {}, at.toPoint());
    QCOMPARE(picked.count(), 1);
    QCOMPARE(picked.first().first().toString(), QStringLiteral("dense"));
}

void TestParetoPlot::survivesSelectionAndThemes()
{
    ParetoPlot plot;
    fill(plot);
    plot.setBudget(371, QStringLiteral("equal budget 371 MB"));
    plot.setSelected({QStringLiteral("Wanda-1")});
    plot.setSelected({});
    plot.setBudget(std::nan(""), {});
    plot.setPoints({}, {});
    QVERIFY(plot.drawnMarks(true).isEmpty());
}

void TestParetoPlot::looksRight()
{
    ParetoPlot plot;
    plot.setAxisTitles(QStringLiteral("Bytes on disk (MB, 10⁶ bytes)"),
                       QStringLiteral("Perplexity (WikiText-2, ctx 2048)"));
    plot.setYScale(PlotScale::Log);
    fill(plot);
    plot.setBudget(371, QStringLiteral("equal budget 371 MB ± 0.5 %"));
    plot.setSelected({QStringLiteral("SparseGPT-2")});
    show(plot, {520, 300});
    savePictures(plot, QStringLiteral("ParetoPlot"));
}

QTEST_MAIN(TestParetoPlot)
#include "tst_ParetoPlot.moc"
