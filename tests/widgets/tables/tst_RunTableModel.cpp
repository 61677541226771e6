// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/tables/RunTableView.h"

#include <QAbstractItemModelTester>
#include <QHeaderView>
#include <QSignalSpy>

using namespace espalier;

namespace {

const QString kPerplexity = QStringLiteral("eval/wikitext2/perplexity");
const QString kBytes = QStringLiteral("footprint/disk");
const QString kDecode = QStringLiteral("speed/decode");
const QString kAgree = QStringLiteral("eval/same-top");

QList<RunColumn> sampleColumns()
{
    return {
        {kPerplexity, QStringLiteral("Perplexity"), QStringLiteral("WikiText-2, ctx 2048; Δ"),
         Better::Lower, 2, DeltaKind::Difference},
        {kAgree, QStringLiteral("Same top p"), QStringLiteral("%"), Better::Higher, 1},
        {kBytes, QStringLiteral("Bytes on disk"), QStringLiteral("MB"), Better::Lower, 1,
         DeltaKind::Percent},
        {kDecode, QStringLiteral("Decode"), QStringLiteral("ms / token"), Better::Lower, 1,
         DeltaKind::Factor},
    };
}

RunRow row(qint64 id, const char* name, int slot, double perplexity, double bytes, double decode)
{
    RunRow made{.id = id,
                .name = QString::fromUtf8(name),
                .variant = QStringLiteral("50 %, bitmask"),
                .slot = slot};
    made.status = RunStatus::Succeeded;
    made.seeds = 5;
    made.cells[kPerplexity] = {perplexity, 0.05};
    made.cells[kBytes] = {bytes};
    made.cells[kDecode] = {decode};
    made.cells[kAgree] = {95 - perplexity / 2};
    return made;
}

QList<RunRow> sampleRows()
{
    QList<RunRow> rows{
        row(3, "Magnitude", 4, 24.30, 370.7, 44.1), row(1, "SparseGPT", 0, 16.41, 370.7, 43.9),
        row(9, "Dense teacher", 0, 14.62, 606.8, 42.8), row(2, "Wanda", 1, 16.98, 370.7, 44.0)};
    rows[2].isBaseline = true;
    rows[2].seeds = 1;
    rows[2].variant.clear();
    rows[2].cells[kPerplexity].deviation = 0;
    RunRow failed{.id = 4,
                  .name = QStringLiteral("ZipLM"),
                  .variant = QStringLiteral("前馈层 + 注意力头"),
                  .slot = 2};
    failed.status = RunStatus::Failed;
    failed.reason = QStringLiteral("The Hessian of block 11 is not positive definite.");
    failed.cells[kPerplexity] = {.missing =
                                     QStringLiteral("not evaluated: run 4 ended before Evaluate")};
    rows.append(failed);
    return rows;
}

QList<qint64> order(const RunTableModel& model)
{
    QList<qint64> ids;
    for (int i = 0; i < model.rowCount(); ++i) {
        ids.append(model.rowAt(i).id);
    }
    return ids;
}

} // namespace

class TestRunTableModel : public test::WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void keepsTheModelRules();
    void sortsBestFirstWithTheBaselineOnTop();
    void showsNumbersAndDeltas();
    void marksTheBest();
    void tellsMissingFromZero();
    void keepsTheSelectionOnRefresh();
    void copiesPlainText();
    void looksRight();
};

void TestRunTableModel::keepsTheModelRules()
{
    RunTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setColumns(sampleColumns());
    model.setRows(sampleRows());
    QList<RunRow> fewer = sampleRows();
    fewer.removeAt(1);
    fewer.append(row(7, "OWL", 5, 15.9, 300, 40));
    model.setRows(fewer);
    model.sort(RunTableModel::NameColumn, Qt::DescendingOrder);
    model.setRows({});
}

void TestRunTableModel::sortsBestFirstWithTheBaselineOnTop()
{
    RunTableModel model;
    model.setColumns(sampleColumns());
    model.setRows(sampleRows());
    QCOMPARE(order(model), (QList<qint64>{9, 1, 2, 3, 4}));
    model.sort(RunTableModel::FirstMetric, Qt::DescendingOrder);
    QCOMPARE(order(model), (QList<qint64>{9, 3, 2, 1, 4})); // no value: last either way
    model.sort(RunTableModel::NameColumn, Qt::AscendingOrder);
    QCOMPARE(order(model), (QList<qint64>{9, 3, 1, 2, 4}));
}

void TestRunTableModel::showsNumbersAndDeltas()
{
    RunTableModel model;
    model.setColumns(sampleColumns());
    model.setRows(sampleRows());
    const int wanda = model.indexOf(2);
    const auto text = [&](int column, int role) {
        return model.index(wanda, column).data(role).toString();
    };
    QCOMPARE(text(3, Qt::DisplayRole), QStringLiteral("16.98 ± 0.05"));
    QCOMPARE(text(3, RunTableModel::DeltaTextRole), QStringLiteral("+2.36"));
    QCOMPARE(text(5, RunTableModel::DeltaTextRole), QStringLiteral("\u221238.9\u202F%"));
    QCOMPARE(text(6, RunTableModel::DeltaTextRole), QStringLiteral("0.97×")); // 42.8 / 44.0
    QCOMPARE(model.headerData(3, Qt::Horizontal, Qt::DisplayRole).toString(),
             QStringLiteral("Perplexity ↓"));
    QCOMPARE(model.headerData(4, Qt::Horizontal, Qt::DisplayRole).toString(),
             QStringLiteral("Same top p ↑"));
}

void TestRunTableModel::marksTheBest()
{
    RunTableModel model;
    model.setColumns(sampleColumns());
    model.setRows(sampleRows());
    for (int i = 0; i < model.rowCount();
         ++i) { // the baseline is better, but it is not a candidate
        QCOMPARE(model.index(i, 3).data(RunTableModel::BestRole).toBool(), model.rowAt(i).id == 1);
        QVERIFY(
            !model.index(i, 5).data(RunTableModel::BestRole).toBool()); // all have the same bytes
    }
}

void TestRunTableModel::tellsMissingFromZero()
{
    RunTableModel model;
    model.setColumns(sampleColumns());
    QList<RunRow> rows = sampleRows();
    rows[0].cells[kDecode] = {0.0};
    model.setRows(rows);
    QCOMPARE(model.index(model.indexOf(3), 6).data().toString(), QStringLiteral("0.0"));
    const QModelIndex missing = model.index(model.indexOf(4), 3);
    QCOMPARE(missing.data().toString(), QStringLiteral("–"));
    QCOMPARE(missing.data(Qt::ToolTipRole).toString(),
             QStringLiteral("not evaluated: run 4 ended before Evaluate"));
    QCOMPARE(model.index(model.indexOf(4), RunTableModel::StateColumn).data().toString(),
             QStringLiteral("Failed"));
}

void TestRunTableModel::keepsTheSelectionOnRefresh()
{
    RunTableView view;
    view.runs().setColumns(sampleColumns());
    view.runs().setRows(sampleRows());
    QSignalSpy changed(&view, &RunTableView::selectedRunsChanged);
    view.selectRuns({1, 3});
    QCOMPARE(view.selectedRuns(), (QList<qint64>{1, 3}));
    QList<RunRow> rows = sampleRows();
    rows.removeAt(3); // Wanda is gone, a new run is on top, Magnitude has become the best
    rows.prepend(row(8, "OWL", 5, 15.9, 300, 40));
    rows[1].cells[kPerplexity].value = 15.0;
    view.runs().setRows(rows);
    QCOMPARE(view.selectedRuns(), (QList<qint64>{3, 1}));
    view.sortByColumn(RunTableModel::NameColumn, Qt::DescendingOrder);
    QCOMPARE(view.selectedRuns(), (QList<qint64>{1, 3}));
    QVERIFY(changed.count() >= 1);
}

void TestRunTableModel::copiesPlainText()
{
    RunTableView view;
    view.runs().setColumns(sampleColumns());
    view.runs().setRows(sampleRows());
    view.setColumnHidden(RunTableModel::StateColumn, true);
    view.setColumnHidden(RunTableModel::SeedsColumn, true);
    view.selectRuns({2});
    QCOMPARE(view.selectionText(),
             QStringLiteral("Run\tPerplexity ↓\tSame top p ↑\tBytes on disk ↓\tDecode ↓\n"
                            "Wanda 50 %, bitmask\t16.98 ± 0.05\t86.5\t370.7\t44.0\n"));
}

void TestRunTableModel::looksRight()
{
    RunTableView view;
    view.runs().setColumns(sampleColumns());
    view.runs().setRows(sampleRows());
    view.selectRuns({1});
    show(view, {900, 190});
    for (int i = 0; i < view.runs().rowCount(); ++i) {
        QVERIFY(view.rowHeight(i) >= view.fontMetrics().height() + 4);
    }
    savePictures(view, QStringLiteral("RunTable"));
}

QTEST_MAIN(TestRunTableModel)
#include "tst_RunTableModel.moc"
