// SPDX-License-Identifier: GPL-3.0-or-later
// The product in one test: choose a method in the page, run it, read cells, curve and table.
#include "app/MainWindow.h"
#include "app/pages/ComparePage.h"
#include "app/pages/LiveRunView.h"
#include "app/pages/MethodPage.h"
#include "app/pages/QueuePage.h"
#include "app/pages/ReportPage.h"
#include "tests/app/support/AppFixture.h"
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/plots/LayerHeatmap.h"
#include "widgets/plots/MetricPlot.h"
#include "widgets/plots/ParetoPlot.h"
#include "widgets/tables/RunTableView.h"

#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>

#include <cmath>

namespace espalier::test {

namespace {

constexpr int kRunMs = 120000;
constexpr int kLinearsOfABlock = 7;
constexpr int kBlocks = 5;

} // namespace

class TestRunFlow : public WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void runsComparesAndReports();
    void showsWhyARunFailed();
};

void TestRunFlow::runsComparesAndReports()
{
    AppFixture app;
    MainWindow window(app.workspace, app.settings);
    show(window, {1440, 900});

    // New run: Wanda, then SparseGPT, both with what the form proposes.
    window.showPage(QStringLiteral("newRun"));
    auto* page = find<MethodPage>(window, "newRun");
    auto* run = find<QPushButton>(*page, "run");
    auto* live = find<LiveRunView>(window, "liveRun");
    const char* methods[] = {"prune-wanda", "prune-sparsegpt"};
    for (const char* method : methods) {
        window.showPage(QStringLiteral("newRun"));
        page->chooseMethod(QString::fromLatin1(method));
        QTRY_VERIFY(run->isEnabled());
        run->click();
        // The window goes to the live run by itself.
        QTRY_COMPARE(window.currentPage(), QStringLiteral("queue"));
        const auto status = [live, method] {
            return live->run().record.spec.method == method ? live->run().record.status
                                                            : RunStatus::Waiting;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isFinal(status()), kRunMs);
        if (const auto& failure = live->run().record.failure) {
            QFAIL(failure->message.c_str());
        }
        QCOMPARE(status(), RunStatus::Succeeded);
    }

    // Live run: every cell of the board is filled from rows, half of each linear is gone.
    auto* board = find<LayerHeatmap>(*live, "layerBoard");
    QTRY_COMPARE(board->board().blocks(), kBlocks);
    QCOMPARE(board->board().linears().size(), kLinearsOfABlock);
    for (int block = 0; block < kBlocks; ++block) {
        for (int linear = 0; linear < kLinearsOfABlock; ++linear) {
            const LayerCell& cell = board->board().cell({linear, block});
            QVERIFY(cell.sparsity && std::abs(*cell.sparsity - 0.5) < 0.02);
            QVERIFY(cell.error && *cell.error > 0 && *cell.error < 1);
        }
    }
    auto* errors = find<MetricPlot>(*live, "firstPlot");
    QCOMPARE(errors->drawnPoints(QStringLiteral("median")).size(), kBlocks);
    QVERIFY(std::isfinite(live->run().perplexity) && live->run().perplexity > 1);
    savePictures(window, QStringLiteral("live-run"));

    // Compare: both runs in the table, both points in the plane.
    window.showPage(QStringLiteral("compare"));
    auto* table = find<RunTableView>(window, "runTable");
    QTRY_COMPARE(table->runs().rowCount(), 2);
    auto* pareto = find<ParetoPlot>(window, "paretoPlot");
    QTRY_COMPARE(pareto->points().size(), 2);
    for (const ParetoPoint& point : pareto->points()) {
        QVERIFY(point.x > 0 && point.y > 1);
    }
    savePictures(window, QStringLiteral("compare"));

    // Report: files on disk.
    window.showPage(QStringLiteral("report"));
    auto* report = find<ReportPage>(window, "report");
    QSignalSpy previewed(report, &ReportPage::previewShown);
    QTRY_VERIFY(!previewed.isEmpty());
    const QString folder = app.folder.filePath(QStringLiteral("report"));
    find<QLineEdit>(*report, "reportFolder")->setText(folder);
    QSignalSpy exported(report, &ReportPage::exported);
    find<QPushButton>(*report, "exportReport")->click();
    QTRY_COMPARE(exported.size(), 1);
    QFile html(folder + QStringLiteral("/report.html"));
    QVERIFY(html.open(QIODevice::ReadOnly));
    QVERIFY(html.readAll().contains("SparseGPT"));
    savePictures(window, QStringLiteral("report"));
}

void TestRunFlow::showsWhyARunFailed()
{
    AppFixture app;
    MainWindow window(app.workspace, app.settings);
    show(window, {1440, 900});
    RunSpec spec;
    spec.method = "prune-magnitude";
    spec.model = (AppFixture::installation().demo / "stories260k").string();
    spec.threads = 1;
    spec.evaluations = {
        {.kind = "perplexity", .data = {.source = "builtin:tinystories", .length = 4096}}};
    app.workspace.submit({spec}, {});
    auto* live = find<LiveRunView>(window, "liveRun");
    QTRY_VERIFY_WITH_TIMEOUT(live->run().record.status == RunStatus::Failed, kRunMs);
    auto* band = find<QWidget>(*live, "failureBand");
    QVERIFY(band->isVisible());
    bool isNamed = false;
    for (const QLabel* label : band->findChildren<QLabel*>()) {
        isNamed |= label->text().contains(QStringLiteral("Windows of 4096 tokens"));
    }
    QVERIFY(isNamed);
    savePictures(window, QStringLiteral("failure"));
}

} // namespace espalier::test

QTEST_MAIN(espalier::test::TestRunFlow)
#include "tst_RunFlow.moc"
