// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/views/LogView.h"
#include "widgets/views/SegmentedButtons.h"

#include <QAbstractItemModelTester>
#include <QListView>
#include <QPushButton>
#include <QScrollBar>

using namespace espalier;
using test::find;

namespace {

std::vector<RunEvent> lines(int from, int count)
{
    std::vector<RunEvent> events;
    for (int i = from; i < from + count; ++i) {
        const EventLevel level = i % 10 == 9  ? EventLevel::Error
                                 : i % 5 == 4 ? EventLevel::Warning
                                              : EventLevel::Info;
        events.push_back({level, "Line " + std::to_string(i), 1700000000000 + i * 1000});
    }
    return events;
}

} // namespace

class TestLogView : public test::WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void keepsTheModelRules();
    void letsOldLinesGo();
    void filtersLevels();
    void followsUntilScrolledUp();
    void looksRight();
};

void TestLogView::keepsTheModelRules()
{
    LogModel model;
    LogFilter filter;
    filter.setSourceModel(&model);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.append(lines(0, 20));
    filter.setLeast(EventLevel::Warning);
    QCOMPARE(filter.rowCount(), 4);
    model.clear();
}

void TestLogView::letsOldLinesGo()
{
    LogModel model;
    model.append(lines(0, LogModel::kMostEvents - 1));
    model.append(lines(LogModel::kMostEvents - 1, 4));
    QCOMPARE(model.rowCount(), LogModel::kMostEvents);
    QCOMPARE(model.index(0, 0).data().toString(), QStringLiteral("Line 3"));
    model.append(lines(0, 2 * LogModel::kMostEvents));
    QCOMPARE(model.rowCount(), LogModel::kMostEvents);
}

void TestLogView::filtersLevels()
{
    LogView view;
    view.append(lines(0, 20));
    auto* levels = find<SegmentedButtons>(view, "logLevels");
    QCOMPARE(levels->button(1)->text(), QStringLiteral("Warnings 2"));
    QCOMPARE(levels->button(2)->text(), QStringLiteral("Errors 2"));
    levels->button(2)->click();
    QCOMPARE(find<QListView>(view, "logList")->model()->rowCount(), 2);
    levels->button(0)->click();
    QCOMPARE(find<QListView>(view, "logList")->model()->rowCount(), 20);
}

void TestLogView::followsUntilScrolledUp()
{
    LogView view;
    show(view, {400, 200});
    view.append(lines(0, 100));
    QScrollBar* bar = find<QListView>(view, "logList")->verticalScrollBar();
    QTRY_VERIFY(bar->maximum() > 0);
    QTRY_COMPARE(bar->value(), bar->maximum());
    bar->setValue(bar->maximum() / 2);
    QVERIFY(!view.isFollowing());
    const int kept = bar->value();
    view.append(lines(100, 4));
    QCOMPARE(bar->value(), kept);
    auto* button = find<QPushButton>(view, "newLines");
    QVERIFY(button->isVisible());
    QVERIFY(button->text().startsWith(QStringLiteral("4 ")));
    QTest::mouseClick(button, Qt::LeftButton);
    QTRY_COMPARE(bar->value(), bar->maximum());
    QVERIFY(view.isFollowing());
    QVERIFY(!button->isVisible());
}

void TestLogView::looksRight()
{
    LogView view;
    view.append({{EventLevel::Info, "Calibration 128 × 2048 tokens, hash 51d2aa…0e", 1700000000000},
                 {EventLevel::Info, "Block 11: 3 dead input columns set to zero", 1700000010000},
                 {EventLevel::Warning, "Block 11 mlp.down_proj: error 6.1 %, 2.9× its budget",
                  1700000021000},
                 {EventLevel::Error, "第 12 块：Hessian 矩阵不是正定的", 1700000032000},
                 {EventLevel::Info, "Block 13 done in 8.4 s, block error 2.1 %", 1700000043000}});
    show(view, {460, 150});
    savePictures(view, QStringLiteral("LogView"));
}

QTEST_MAIN(TestLogView)
#include "tst_LogView.moc"
