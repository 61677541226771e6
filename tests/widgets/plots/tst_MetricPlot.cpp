// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/Smoothing.h"
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/plots/MetricPlot.h"
#include "widgets/plots/PlotDrawing.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTableWidget>

#include <cmath>

using namespace espalier;
using test::find;

namespace {

const QString kLoss = QStringLiteral("loss");

QList<QPointF> curve(int count, double from, double to, double noise)
{
    QList<QPointF> points;
    for (int i = 0; i < count; ++i) {
        const double share = i / double(count - 1);
        const double wave = noise * std::sin(i * 12.9898) * std::cos(i * 78.233);
        points.append({share * 20, (to + (from - to) * std::exp(-5 * share)) * (1 + wave)});
    }
    return points;
}

} // namespace

class TestMetricPlot : public test::WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void appendsAndPassesOverRepeats();
    void smoothsAsTheAnalysisDoes();
    void leavesGapsForMissingNumbers();
    void keepsPointsOfSeriesThatStay();
    void fitsBothScales();
    void keepsTheRangeTheUserChose();
    void walksPointsWithKeys();
    void showsTheSameAsATable();
    void spreadsLabels();
    void labelsAxesWithRoundNumbers();
    void roundsNoTickAway();
    void exportsLightVectors();
    void drawsAMillionPoints();
    void looksRight();
};

void TestMetricPlot::appendsAndPassesOverRepeats()
{
    MetricPlot plot;
    plot.setSeries({{kLoss, QStringLiteral("Loss"), 0}});
    const QList<QPointF> first{{0, 3}, {1, 2.5}};
    const QList<QPointF> second{{1, 9}, {2, 2.2}};
    plot.append(kLoss, first);
    plot.append(kLoss, second);
    plot.append(QStringLiteral("nobody"), second);
    QCOMPARE(plot.drawnPoints(kLoss), (QList<QPointF>{{0, 3}, {1, 2.5}, {2, 2.2}}));
}

void TestMetricPlot::smoothsAsTheAnalysisDoes()
{
    const std::vector<double> values{4, 2, std::nan(""), 8, 1, 3};
    const std::vector<double> expected = smoothed(values, 0.8);
    MetricPlot plot;
    plot.setSeries({{kLoss, QStringLiteral("Loss"), 0}});
    const auto append = [&](std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < to; ++i) {
            const QPointF point(static_cast<double>(i), values[i]);
            plot.append(kLoss, {&point, 1});
        }
    };
    append(0, 3);
    plot.setSmoothing(0.8); // begins in the middle of a run
    append(3, 6);
    const QList<QPointF> drawn = plot.drawnPoints(kLoss);
    QCOMPARE(drawn.size(), 6);
    for (qsizetype i = 0; i < 6; ++i) {
        const double wanted = expected[static_cast<std::size_t>(i)];
        QVERIFY(std::isnan(wanted) ? std::isnan(drawn[i].y())
                                   : std::abs(drawn[i].y() - wanted) < 1e-12);
    }
    plot.setSmoothing(0);
    QCOMPARE(plot.drawnPoints(kLoss)[3].y(), 8.0);
}

void TestMetricPlot::leavesGapsForMissingNumbers()
{
    MetricPlot plot;
    plot.setSeries({{kLoss, QStringLiteral("Loss"), 0}});
    const QList<QPointF> points{{0, 3}, {1, std::nan("")}, {2, 2}};
    plot.append(kLoss, points);
    QVERIFY(std::isnan(plot.drawnPoints(kLoss)[1].y()));
    QVERIFY(plot.plot().yAxis->range().lower < 2 && plot.plot().yAxis->range().upper > 3);
    bool hasMark = false; // on the axis, at the step that is missing
    for (int i = 0; i < plot.plot().graphCount(); ++i) {
        const QCPGraph* graph = plot.plot().graph(i);
        hasMark = hasMark || (graph->valueAxis() == plot.plot().yAxis2 &&
                              graph->data()->size() == 1 && graph->data()->at(0)->key == 1);
    }
    QVERIFY(hasMark);
}

void TestMetricPlot::keepsPointsOfSeriesThatStay()
{
    MetricPlot plot;
    plot.setSeries(
        {{kLoss, QStringLiteral("Loss"), 0}, {QStringLiteral("kl"), QStringLiteral("KL"), 1}});
    plot.append(kLoss, QList<QPointF>{{0, 3}});
    plot.append(QStringLiteral("kl"), QList<QPointF>{{0, 1}});
    plot.setSeries({{kLoss, QStringLiteral("Loss"), 2}});
    QCOMPARE(plot.drawnPoints(kLoss).size(), 1);
    QVERIFY(plot.drawnPoints(QStringLiteral("kl")).isEmpty());
    QCOMPARE(plot.plot().graphCount(), 6);
}

void TestMetricPlot::fitsBothScales()
{
    MetricPlot plot;
    plot.setSeries({{kLoss, QStringLiteral("KL"), 0}});
    plot.append(kLoss, QList<QPointF>{{0, 10}, {5, 0.001}, {6, 0}});
    plot.setXEnd(24);
    QVERIFY(plot.plot().xAxis->range().upper >= 24 && plot.plot().xAxis->range().upper < 25);
    plot.setYScale(PlotScale::Log);
    QVERIFY(plot.plot().yAxis->range().lower > 0);
    QVERIFY(plot.plot().yAxis->range().lower <= 0.001 && plot.plot().yAxis->range().upper >= 10);
    plot.setReference(QStringLiteral("dense"), 100);
    QVERIFY(plot.plot().yAxis->range().upper >= 100);
}

void TestMetricPlot::keepsTheRangeTheUserChose()
{
    MetricPlot plot;
    plot.setSeries({{kLoss, QStringLiteral("Loss"), 0}});
    plot.append(kLoss, QList<QPointF>{{0, 3}, {10, 1}});
    show(plot, {400, 240});
    const QPointF middle = plot.plot().axisRect()->center();
    QWheelEvent wheel(middle, plot.mapToGlobal(middle), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&plot.plot(), &wheel);
    const QCPRange x = plot.plot().xAxis->range();
    const QCPRange y = plot.plot().yAxis->range();
    QVERIFY(x.size() < 10);
    plot.append(kLoss, QList<QPointF>{{20, 0.5}});
    QCOMPARE(plot.plot().xAxis->range().upper, x.upper);
    QCOMPARE(plot.plot().yAxis->range().lower, y.lower);
    plot.resetView();
    QVERIFY(plot.plot().xAxis->range().upper >= 20 && plot.plot().xAxis->range().upper < 21);
}

void TestMetricPlot::walksPointsWithKeys()
{
    MetricPlot plot;
    plot.setAxisTitles(QStringLiteral("Step"), QStringLiteral("Loss (nat)"));
    plot.setSeries({{kLoss, QStringLiteral("Loss"), 0}});
    plot.append(kLoss, QList<QPointF>{{0, 3}, {10, 1.5}});
    show(plot, {400, 240});
    QSignalSpy picked(&plot, &PlotView::pointActivated);
    QTest::keyClick(&plot, Qt::Key_Right);
    QTest::keyClick(&plot, Qt::Key_Right);
    QVERIFY(plot.currentPoint());
    QCOMPARE(plot.currentPoint()->y, 1.5);
    QVERIFY(plot.accessibleDescription().contains(QStringLiteral("1.50")));
    QTest::keyClick(&plot, Qt::Key_Return);
    QCOMPARE(picked.count(), 1);
    QTest::keyClick(&plot, Qt::Key_Escape);
    QVERIFY(!plot.currentPoint());
}

void TestMetricPlot::showsTheSameAsATable()
{
    MetricPlot plot;
    plot.setAxisTitles(QStringLiteral("Step"), QStringLiteral("Loss (nat)"));
    plot.setSeries({{kLoss, QStringLiteral("Loss"), 0}});
    plot.append(kLoss, QList<QPointF>{{0, 3}, {10, 0.0001234}});
    show(plot, {400, 240});
    QCOMPARE(plot.table().text(),
             QStringLiteral("Series\tStep\tLoss (nat)\nLoss\t0\t3\nLoss\t10\t0.0001234\n"));
    QTest::keyClick(&plot, Qt::Key_T, Qt::ControlModifier);
    QVERIFY(plot.showsTable());
    QCOMPARE(find<QTableWidget>(plot, "plotTable")->item(1, 1)->text(), QStringLiteral("10"));
}

void TestMetricPlot::spreadsLabels()
{
    const QList<double> placed = spreadLabels({50, 52, 10, 51}, 10, 0, 60);
    QCOMPARE(placed[2], 10.0); // nobody near
    QList<double> sorted = placed;
    std::sort(sorted.begin(), sorted.end());
    for (qsizetype i = 1; i < sorted.size(); ++i) {
        QVERIFY(sorted[i] - sorted[i - 1] >= 10 - 1e-9);
    }
    QVERIFY(placed[0] < placed[3] && placed[3] < placed[1]); // order kept
    QVERIFY(sorted.last() <= 60);
}

void TestMetricPlot::labelsAxesWithRoundNumbers()
{
    MetricPlot plot;
    plot.setSeries({{kLoss, QStringLiteral("KL"), 0}});
    plot.append(kLoss, QList<QPointF>{{0, 2}, {10, 0.1}});
    plot.setYScale(PlotScale::Log);
    show(plot, {400, 240});
    plot.plot().replot();
    const QVector<QString> labels = plot.plot().yAxis->tickVectorLabels();
    for (const char* expected : {"0.1", "0.2", "0.5", "1", "2"}) {
        QVERIFY2(labels.contains(QString::fromLatin1(expected)), expected);
    }
}

void TestMetricPlot::roundsNoTickAway()
{
    MetricPlot plot;
    plot.setSeries({{kLoss, QStringLiteral("KL"), 0}});
    plot.append(kLoss, QList<QPointF>{{0, 0.39}, {4, 0.22}});
    show(plot, {400, 240});
    plot.plot().replot();
    const QVector<double> ticks = plot.plot().yAxis->tickVector();
    const QVector<QString> labels = plot.plot().yAxis->tickVectorLabels();
    QVERIFY(ticks.size() >= 3);
    for (qsizetype i = 0; i < ticks.size(); ++i) {
        QVERIFY2(std::abs(labels.at(i).toDouble() - ticks.at(i)) < 1e-9, qPrintable(labels.at(i)));
    }
}

void TestMetricPlot::exportsLightVectors()
{
    MetricPlot plot;
    plot.setAxisTitles(QStringLiteral("Step"), QStringLiteral("Loss (nat)"));
    plot.setSeries({{kLoss, QStringLiteral("Loss"), 0}});
    plot.append(kLoss, QList<QPointF>{{0, 3}, {10, 1}});
    const QString svg = QString::fromUtf8(plot.svg({400, 240}));
    QVERIFY(svg.contains(QStringLiteral("<text")));
    QVERIFY(svg.contains(QStringLiteral("Loss (nat)")));
    QVERIFY(svg.contains(PlotTheme::light().series(0).colour.name()));
}

void TestMetricPlot::drawsAMillionPoints()
{
    MetricPlot plot;
    plot.setSeries({{kLoss, QStringLiteral("Loss"), 0}});
    QList<QPointF> points;
    points.reserve(1000000);
    for (int i = 0; i < 1000000; ++i) {
        points.append({double(i), 3 + std::sin(i * 0.37) + (i == 777777 ? 100 : 0)});
    }
    plot.append(kLoss, points);
    plot.setSmoothing(0.9);
    show(plot, {1000, 400});
    plot.plot().replot();
    QElapsedTimer timer;
    timer.start();
    plot.plot().replot();
    qInfo("a million points, raw and smoothed: %lld ms", static_cast<long long>(timer.elapsed()));
    QVERIFY(timer.elapsed() < 1000); // min/max decimation; without it tens of seconds
    QVERIFY(plot.plot().yAxis->range().upper > 100); // the one outlier is not decimated away
}

void TestMetricPlot::looksRight()
{
    MetricPlot plot;
    plot.setAxisTitles(QStringLiteral("Recovery tokens (10⁶)"),
                       QStringLiteral("KL(teacher||student) (nat / token)"));
    const QStringList names{QStringLiteral("SparseGPT"), QStringLiteral("Wanda"),
                            QStringLiteral("ZipLM"), QStringLiteral("Logit KD"),
                            QStringLiteral("幅值剪枝")};
    QList<PlotSeries> series;
    for (int i = 0; i < names.size(); ++i) {
        series.append({names[i], names[i], i});
    }
    plot.setSeries(series);
    plot.setYScale(PlotScale::Log);
    plot.setSmoothing(0.9);
    const QList<double> ends{0.16, 0.19, 0.262, 0.271, 0.42};
    for (int i = 0; i < names.size(); ++i) {
        QList<QPointF> points = curve(160, ends[i] * (3 + i), ends[i], 0.12);
        if (i == 0) {
            points[60].setY(std::nan(""));
            points[61].setY(std::nan(""));
        }
        plot.append(names[i], points);
    }
    plot.setReference(QStringLiteral("target 0.15"), 0.15);
    show(plot, {520, 300});
    savePictures(plot, QStringLiteral("MetricPlot"));
    for (int i = 0; i < 3; ++i) {
        const QString more = QStringLiteral("Method %1").arg(i + 6);
        series.append({more, more, i + 5});
    }
    plot.setSeries(series);
    for (int i = 5; i < 8; ++i) {
        plot.append(series[i].id, curve(160, 1.2, 0.3 + 0.05 * i, 0.1));
    }
    savePictures(plot, QStringLiteral("MetricPlot-legend"));
}

QTEST_MAIN(TestMetricPlot)
#include "tst_MetricPlot.moc"
