// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/views/ProgressRow.h"

#include <QLabel>
#include <QProgressBar>
#include <QSignalSpy>
#include <QToolButton>
#include <QVBoxLayout>

using namespace espalier;
using test::find;

class TestProgressRow : public test::WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void showsProgress();
    void offersWhatTheStateAllows();
    void saysThatAPauseIsComing();
    void looksRight();
};

void TestProgressRow::showsProgress()
{
    ProgressRow row;
    row.setStatus(RunStatus::Running);
    row.setProgress(
        {.stage = "compress", .label = "Compressing block 15/24", .done = 15, .total = 24});
    QCOMPARE(find<QLabel>(row, "stage")->text(), QStringLiteral("Compressing block 15/24"));
    QCOMPARE(find<QProgressBar>(row, "bar")->value(), 625);
    QVERIFY(find<QLabel>(row, "percent")->text().startsWith(QStringLiteral("6")));
    row.setProgress({.label = "Loading"}); // no total yet
    QCOMPARE(find<QProgressBar>(row, "bar")->value(), 0);
}

void TestProgressRow::offersWhatTheStateAllows()
{
    ProgressRow row;
    show(row, {900, 32});
    QSignalSpy paused(&row, &ProgressRow::pauseRequested);
    QSignalSpy resumed(&row, &ProgressRow::resumeRequested);
    QSignalSpy stopped(&row, &ProgressRow::stopRequested);
    auto* pause = find<QToolButton>(row, "pause");
    auto* stop = find<QToolButton>(row, "stop");
    QVERIFY(!pause->isVisible()); // waiting
    QVERIFY(stop->isVisible());
    row.setStatus(RunStatus::Running);
    pause->click();
    QCOMPARE(paused.count(), 1);
    row.setStatus(RunStatus::Paused);
    pause->click();
    QCOMPARE(resumed.count(), 1);
    stop->click();
    QCOMPARE(stopped.count(), 1);
    row.setStatus(RunStatus::Succeeded);
    QVERIFY(!pause->isVisible());
    QVERIFY(!stop->isVisible());
    QCOMPARE(find<QLabel>(row, "stage")->text(), QStringLiteral("Succeeded"));
}

void TestProgressRow::saysThatAPauseIsComing()
{
    ProgressRow row;
    row.setStatus(RunStatus::Running);
    row.setPausing(true);
    row.setProgress({.label = "Compressing block 15/24", .done = 15, .total = 24});
    QCOMPARE(find<QLabel>(row, "stage")->text(), QStringLiteral("Pausing after this step"));
    QVERIFY(!find<QToolButton>(row, "pause")->isEnabled());
    row.setStatus(RunStatus::Paused);
    QVERIFY(find<QToolButton>(row, "pause")->isEnabled());
}

void TestProgressRow::looksRight()
{
    QWidget page;
    auto* layout = new QVBoxLayout(&page);
    layout->setSpacing(0);
    for (const RunStatus status :
         {RunStatus::Running, RunStatus::Paused, RunStatus::Waiting, RunStatus::Failed}) {
        auto* row = new ProgressRow(&page);
        row->setTitle(QStringLiteral("0067 SparseGPT + OWL 60 %，减半"));
        row->setStatus(status);
        if (status == RunStatus::Running || status == RunStatus::Paused) {
            row->setProgress({.label = "Compressing block 15/24", .done = 15, .total = 24});
            row->setTimeLeft(QStringLiteral("14 to 19 min left"));
        }
        layout->addWidget(row);
    }
    show(page, {900, 150});
    savePictures(page, QStringLiteral("ProgressRow"));
}

QTEST_MAIN(TestProgressRow)
#include "tst_ProgressRow.moc"
