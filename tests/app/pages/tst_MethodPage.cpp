// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/MethodPage.h"
#include "app/pages/ModelDataForm.h"
#include "app/pages/SourceCombo.h"
#include "core/run/Recipe.h"
#include "tests/app/support/AppFixture.h"
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/form/NumberEdit.h"

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>

namespace espalier::test {

class TestMethodPage : public WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void parsesSeeds();
    void showsTheRecipeThatWouldRun();
    void statesHowManyRuns();
    void refusesABadParameterBesideItsField();
    void saysThatADistillationNeedsATeacher();
    void saysWhyNothingRunsOnAMissingModel();
};

void TestMethodPage::parsesSeeds()
{
    using Seeds = std::vector<std::uint64_t>;
    QCOMPARE(parseSeeds(QStringLiteral("0, 1,2")), (Seeds{0, 1, 2}));
    QCOMPARE(parseSeeds(QStringLiteral("3..5")), (Seeds{3, 4, 5}));
    QCOMPARE(parseSeeds(QStringLiteral("2, 0..2")), (Seeds{0, 1, 2}));
    QCOMPARE(parseSeeds(QStringLiteral("5..3")), Seeds{});
    QCOMPARE(parseSeeds(QStringLiteral("one")), Seeds{});
    QCOMPARE(parseSeeds(QString()), Seeds{});
}

void TestMethodPage::showsTheRecipeThatWouldRun()
{
    AppFixture app;
    MethodPage page(app.context);
    show(page, {1300, 760});
    page.chooseMethod(QStringLiteral("prune-sparsegpt"));
    QTRY_VERIFY(find<QPushButton>(page, "run")->isEnabled());
    const std::string text = toUtf8(find<QPlainTextEdit>(page, "recipeText")->toPlainText());
    const Recipe recipe = parseRecipe(text, "the form", {});
    QCOMPARE(recipe.members.size(), std::size_t{1});
    QVERIFY(recipe.members.front().spec == page.specs().front());
    QCOMPARE(recipe.members.front().spec.method, std::string("prune-sparsegpt"));
    QVERIFY(find<QPlainTextEdit>(page, "commandText")
                ->toPlainText()
                .startsWith(QStringLiteral("espalier-run")));
    savePictures(page, QStringLiteral("new-run"));
}

void TestMethodPage::statesHowManyRuns()
{
    AppFixture app;
    MethodPage page(app.context);
    show(page, {1300, 760});
    page.chooseMethod(QStringLiteral("prune-wanda"));
    auto* run = find<QPushButton>(page, "run");
    find<QLineEdit>(page, "seeds")->setText(QStringLiteral("0..4"));
    QCOMPARE(run->text(), QStringLiteral("Run 5 seeds"));
    QCOMPARE(page.specs().size(), std::size_t{5});
    QCOMPARE(page.specs().back().seed, std::uint64_t{4});
    QCOMPARE(page.specs().back().batch, RunSpec{}.batch);
    find<NumberEdit>(page, "batch")->setValue(2);
    QCOMPARE(page.specs().back().batch, std::int64_t{2});
    find<QLineEdit>(page, "seeds")->setText(QStringLiteral("x"));
    QTRY_VERIFY(find<QLabel>(page, "seeds.issue")->isVisibleTo(&page));
    QVERIFY(!run->isEnabled());
    QVERIFY(!run->toolTip().isEmpty());
}

void TestMethodPage::refusesABadParameterBesideItsField()
{
    AppFixture app;
    MethodPage page(app.context);
    show(page, {1300, 760});
    page.chooseMethod(QStringLiteral("prune-wanda"));
    auto* run = find<QPushButton>(page, "run");
    QTRY_VERIFY(run->isEnabled());
    QLineEdit* field = nullptr;
    for (QLineEdit* edit : find<QWidget>(page, "sparsity")->findChildren<QLineEdit*>()) {
        field = edit;
    }
    QVERIFY(field != nullptr);
    field->clear();
    QTest::keyClicks(field, QStringLiteral("1.5"));
    QTRY_VERIFY(!run->isEnabled());
    QTRY_VERIFY(find<QWidget>(page, "sparsity.issue")->isVisibleTo(&page));
    QCOMPARE(find<QPushButton>(page, "issueLink")->text(), QStringLiteral("sparsity"));
    savePictures(page, QStringLiteral("new-run-issue"));
}

void TestMethodPage::saysThatADistillationNeedsATeacher()
{
    AppFixture app;
    MethodPage page(app.context);
    show(page, {1300, 760});
    auto* teacher = find<SourceCombo>(page, "teacher");
    page.chooseMethod(QStringLiteral("prune-wanda"));
    QVERIFY(!teacher->isEnabled());
    page.chooseMethod(QStringLiteral("distill-logits"));
    QVERIFY(teacher->isEnabled());
    auto* run = find<QPushButton>(page, "run");
    QTRY_VERIFY(run->isEnabled()); // the dense model is proposed
    teacher->setValue(QString());
    QTRY_VERIFY(!run->isEnabled());
    const QString issue = find<QLabel>(page, "teacher.issue")->text();
    QVERIFY2(issue.contains(QStringLiteral("teacher")), qPrintable(issue));
    QVERIFY2(!issue.contains(QStringLiteral("--")), qPrintable(issue));
}

void TestMethodPage::saysWhyNothingRunsOnAMissingModel()
{
    AppFixture app;
    MethodPage page(app.context);
    show(page, {1300, 760});
    page.chooseMethod(QStringLiteral("prune-magnitude"));
    auto* run = find<QPushButton>(page, "run");
    QTRY_VERIFY(run->isEnabled());
    find<SourceCombo>(page, "model")->setValue(QStringLiteral("/nowhere/model"));
    QTRY_VERIFY(!run->isEnabled());
    QTRY_VERIFY(
        find<QLabel>(page, "model.issue")->text().contains(QStringLiteral("/nowhere/model")));
}

} // namespace espalier::test

QTEST_MAIN(espalier::test::TestMethodPage)
#include "tst_MethodPage.moc"
