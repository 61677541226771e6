// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/MainWindow.h"
#include "app/pages/MethodPage.h"
#include "app/pages/ModelDataForm.h"
#include "app/pages/SourceCombo.h"
#include "core/run/Recipe.h"
#include "tests/app/support/AppFixture.h"
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/form/GroupHeader.h"
#include "widgets/form/NumberEdit.h"

#include <QApplication>
#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
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
    void neverScrollsSideways_data();
    void neverScrollsSideways();
    void startsInTheFirstField();
    void savesARecipeThatIsWhatWouldRun();
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

void TestMethodPage::neverScrollsSideways_data()
{
    QTest::addColumn<QSize>("window");
    QTest::newRow("usual") << QSize{1440, 900};
    QTest::newRow("small") << QSize{1280, 800};
    QTest::newRow("smallest") << QSize{1024, 640};
}

void TestMethodPage::neverScrollsSideways()
{
    QFETCH(const QSize, window);
    AppFixture app;
    MainWindow main(app.workspace, app.settings);
    show(main, window);
    main.showPage(QStringLiteral("newRun"));
    auto* page = find<MethodPage>(main, "newRun");
    QTRY_VERIFY(find<QPushButton>(*page, "run")->isEnabled());
    for (const Method* method : app.workspace.methods().methods()) {
        page->chooseMethod(fromUtf8(method->info().id));
        for (auto* fold : page->findChildren<GroupHeader*>()) {
            fold->setOpen(true);
        }
        QTest::qWait(20);
        QCOMPARE(main.size(), window); // nothing pushed it wider
        auto* scroll = find<QScrollArea>(*page, "formScroll");
        QVERIFY(scroll->widget()->width() <= scroll->viewport()->width());
        for (const QWidget* field : scroll->widget()->findChildren<QWidget*>()) {
            if (!field->isVisible()) {
                continue;
            }
            const int right = field->mapTo(scroll->viewport(), QPoint(field->width(), 0)).x();
            QVERIFY2(right <= scroll->viewport()->width(),
                     qPrintable(field->objectName() + QStringLiteral(" ends at %1").arg(right)));
        }
        QVERIFY(!find<QPlainTextEdit>(*page, "recipeText")->horizontalScrollBar()->isVisible());
        savePictures(
            main,
            QStringLiteral("new-run-%1-%2").arg(fromUtf8(method->info().id)).arg(window.width()));
    }
}

void TestMethodPage::startsInTheFirstField()
{
    AppFixture app;
    MainWindow main(app.workspace, app.settings);
    main.showPage(QStringLiteral("newRun"));
    show(main, {1440, 900});
    auto* page = find<MethodPage>(main, "newRun");
    QTRY_VERIFY(find<QPushButton>(*page, "run")->isEnabled());
    QTRY_COMPARE(QApplication::focusWidget(), find<QLineEdit>(*page, "methodFilter"));
    QVERIFY(!find<QPushButton>(main, "newRunButton")->hasFocus());
}

void TestMethodPage::savesARecipeThatIsWhatWouldRun()
{
    AppFixture app;
    MethodPage page(app.context);
    show(page, {1300, 760});
    page.chooseMethod(QStringLiteral("prune-sparsegpt"));
    QTRY_VERIFY(find<QPushButton>(page, "run")->isEnabled());
    find<QLineEdit>(page, "seeds")->setText(QStringLiteral("0..2"));
    QString proposed;
    QString answer;
    page.setFileChooser([&](const QString&, const QString& current) {
        proposed = current;
        return answer;
    });
    QSignalSpy saved(&page, &MethodPage::recipeSaved);
    auto* save = find<QPushButton>(page, "saveRecipe");
    save->click(); // nothing chosen
    QVERIFY(proposed.endsWith(QStringLiteral("prune-sparsegpt.yaml")));
    const QString folder = app.folder.filePath(QStringLiteral("recipes"));
    QVERIFY(QDir().mkpath(folder));
    answer = folder + QStringLiteral("/half"); // without an ending: it gets one
    save->click();
    QTRY_COMPARE(saved.size(), 1);
    QCOMPARE(QDir(folder).entryList(QDir::Files | QDir::Hidden),
             QStringList{QStringLiteral("half.yaml")});
    const Path file = toPath(folder) / "half.yaml";
    const Recipe recipe = parseRecipe(readFile(file), file.string(), toPath(folder));
    const std::vector<RunSpec> specs = page.specs();
    QCOMPARE(recipe.members.size(), std::size_t{3});
    for (std::size_t i = 0; i < specs.size(); ++i) {
        QCOMPARE(fingerprint(recipe.members[i].spec), fingerprint(specs[i])); // all but the title
    }
    QVERIFY(readFile(file).find("\"\"") == std::string::npos);
    // The folder is kept for the next one.
    save->click();
    QVERIFY(proposed.startsWith(folder));
    QTRY_COMPARE(saved.size(), 2);
}

} // namespace espalier::test

QTEST_MAIN(espalier::test::TestMethodPage)
#include "tst_MethodPage.moc"
