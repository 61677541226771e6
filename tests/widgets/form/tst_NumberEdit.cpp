// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/form/NumberEdit.h"

#include <QLineEdit>
#include <QSignalSpy>

using namespace espalier;

class TestNumberEdit : public test::WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void readsWhatPeopleWrite_data();
    void readsWhatPeopleWrite();
    void keepsWhatIsNoNumber();
    void keepsWhatIsOutOfRange();
    void tidiesWhenLeft();
    void stepsOverMultiples();
    void stepsByFactorsWhereLogarithmic();
    void stepsLinearlyWithoutResidue();
    void leavesAnOptionalAbsent();

private:
    static QLineEdit* line(NumberEdit& edit) { return edit.findChild<QLineEdit*>(); }
};

void TestNumberEdit::readsWhatPeopleWrite_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<double>("value");
    QTest::newRow("exponent") << QStringLiteral("1e-4") << 1e-4;
    QTest::newRow("per cent with space") << QStringLiteral("50 %") << 0.5;
    QTest::newRow("per cent") << QStringLiteral("2.5%") << 0.025;
    QTest::newRow("decimal comma") << QStringLiteral("0,5") << 0.5;
    QTest::newRow("true minus") << QStringLiteral("−3") << -3.0;
    QTest::newRow("plain") << QStringLiteral(" 0.25 ") << 0.25;
}

void TestNumberEdit::readsWhatPeopleWrite()
{
    QFETCH(QString, typed);
    QFETCH(double, value);
    NumberEdit edit({.key = "rate", .domain = RealRange{}, .fallback = 1.0});
    QSignalSpy edited(&edit, &NumberEdit::edited);
    line(edit)->setText(typed);
    QVERIFY(edited.count() > 0);
    QVERIFY(edit.value() == ParamValue(value));
}

void TestNumberEdit::keepsWhatIsNoNumber()
{
    NumberEdit edit({.key = "rate", .domain = RealRange{}, .fallback = 1.0});
    line(edit)->setText(QStringLiteral("half"));
    QVERIFY(edit.value() == ParamValue("half"));
}

void TestNumberEdit::keepsWhatIsOutOfRange()
{
    NumberEdit edit({.key = "block", .domain = IntRange{.min = 1, .max = 64}, .fallback = 8});
    line(edit)->setText(QStringLiteral("130"));
    QVERIFY(edit.value() == ParamValue(130));
}

void TestNumberEdit::tidiesWhenLeft()
{
    NumberEdit edit(
        {.key = "sparsity", .domain = RealRange{.min = 0, .max = 0.95}, .fallback = 0.5});
    line(edit)->setText(QStringLiteral("60 %"));
    Q_EMIT edit.editingFinished();
    QCOMPARE(line(edit)->text(), QStringLiteral("0.6"));
}

void TestNumberEdit::stepsOverMultiples()
{
    NumberEdit edit(
        {.key = "block", .domain = IntRange{.min = 4, .max = 16, .multipleOf = 4}, .fallback = 8});
    edit.setValue(6);
    edit.stepBy(1);
    QVERIFY(edit.value() == ParamValue(8));
    edit.setValue(6);
    edit.stepBy(-1);
    QVERIFY(edit.value() == ParamValue(4));
    edit.stepBy(10);
    QVERIFY(edit.value() == ParamValue(16));
}

void TestNumberEdit::stepsByFactorsWhereLogarithmic()
{
    NumberEdit edit({.key = "rate",
                     .domain = RealRange{.min = 1e-6, .max = 1, .logarithmic = true},
                     .fallback = 1e-4});
    edit.setValue(1e-4);
    for (const double expected : {2e-4, 5e-4, 1e-3}) {
        edit.stepBy(1);
        QVERIFY(edit.value() == ParamValue(expected));
    }
    edit.stepBy(-4);
    QVERIFY(edit.value() == ParamValue(5e-5));
}

void TestNumberEdit::stepsLinearlyWithoutResidue()
{
    NumberEdit edit({.key = "sparsity", .domain = RealRange{.min = 0, .max = 1}, .fallback = 0.5});
    edit.setValue(0.1);
    edit.stepBy(1);
    edit.stepBy(1);
    edit.stepBy(2);
    QVERIFY(edit.value() == ParamValue(0.3));
}

void TestNumberEdit::leavesAnOptionalAbsent()
{
    NumberEdit edit({.key = "limit", .domain = IntRange{}, .optional = true});
    QVERIFY(edit.value() == ParamValue());
    edit.setValue(3);
    QVERIFY(edit.value() == ParamValue(3));
    edit.setValue({});
    QVERIFY(edit.value() == ParamValue());
}

QTEST_MAIN(TestNumberEdit)
#include "tst_NumberEdit.moc"
