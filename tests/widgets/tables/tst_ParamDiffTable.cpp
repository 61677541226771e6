// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/tables/ParamDiffTable.h"

using namespace espalier;

class TestParamDiffTable : public test::WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void showsOnlyDifferences();
};

void TestParamDiffTable::showsOnlyDifferences()
{
    ParamDiffTable table;
    const ParamSchema schema{{.key = "damping", .label = "Damping"},
                             {.key = "sparsity", .label = "Sparsity"}};
    table.setRuns(
        {{QStringLiteral("SparseGPT"), {{"sparsity", 0.5}, {"damping", 0.01}, {"update", true}}},
         {QStringLiteral("Wanda"), {{"sparsity", 0.5}, {"update", false}}}},
        schema);
    QCOMPARE(table.rowCount(), 2);
    QCOMPARE(table.item(0, 0)->text(), QStringLiteral("Damping"));
    QCOMPARE(table.item(0, 1)->text(), QStringLiteral("0.01"));
    QCOMPARE(table.item(0, 2)->text(), QStringLiteral("–"));
    QCOMPARE(table.item(1, 0)->text(), QStringLiteral("update"));
    QCOMPARE(table.item(1, 2)->text(), QStringLiteral("no"));
    show(table, {420, 120});
    savePictures(table, QStringLiteral("ParamDiff"));
    table.setRuns({}, schema);
    QCOMPARE(table.rowCount(), 0);
}

QTEST_MAIN(TestParamDiffTable)
#include "tst_ParamDiffTable.moc"
