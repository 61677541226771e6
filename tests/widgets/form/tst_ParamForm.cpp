// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/SampleSchema.h"
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/form/GroupHeader.h"
#include "widgets/form/ParamForm.h"
#include "widgets/form/ParamRow.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWheelEvent>

using namespace espalier;
using test::find;
using test::sampleSchema;

class TestParamForm : public test::WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void startsWithDefaults();
    void returnsEveryKindOfValue();
    void choosesEditors();
    void readsAnEditedField();
    void marksChangesAndResets();
    void validatesAfterAPause();
    void repairsWithAButton();
    void showsIssuesFromOutside();
    void foldsAdvancedParameters();
    void unfoldsWhatHasAnIssue();
    void leavesUnfocusedEditorsToTheWheel();
    void asksTheChooserForFiles();
    void fixesAField();
    void looksRight();
};

void TestParamForm::startsWithDefaults()
{
    ParamForm form;
    form.setSchema(sampleSchema());
    const ParamValues values = form.values();
    QCOMPARE(values.size(), sampleSchema().size());
    for (const ParamSpec& spec : sampleSchema()) {
        QVERIFY2(values.at(spec.key) == spec.fallback, spec.key.c_str());
    }
    QVERIFY(form.changedKeys().empty());
    QVERIFY(form.issues().empty());
}

void TestParamForm::returnsEveryKindOfValue()
{
    ParamForm form;
    form.setSchema(sampleSchema());
    const ParamValues given{
        {"pattern", "4:8"},
        {"sparsity", 0.625},
        {"block-size", 64},
        {"damping", 1e-4},
        {"keep-head", false},
        {"order", "by error"},
        {"blocks", std::vector<ParamValue>{0, 2, 4}},
        {"scores", "/data/scores.safetensors"},
        {"seconds", 90},
    };
    form.setValues(given);
    for (const auto& [key, value] : given) {
        QVERIFY2(form.values().at(key) == value, key.c_str());
    }
    QCOMPARE(form.changedKeys().size(), given.size());
    form.setValues({{"scores", {}}, {"seconds", {}}});
    QVERIFY(form.values().at("scores") == ParamValue());
    QVERIFY(form.values().at("seconds") == ParamValue());
}

void TestParamForm::choosesEditors()
{
    ParamForm form;
    form.setSchema(sampleSchema());
    QCOMPARE(find<ParamEditor>(form, "pattern")->findChildren<QPushButton*>().size(), 3);
    QCOMPARE(find<QComboBox>(form, "order")->count(), 5);
    QVERIFY(find<QCheckBox>(form, "keep-head")->isChecked());
    QVERIFY(find<QAbstractSpinBox>(form, "sparsity") != nullptr);
    QCOMPARE(find<QAbstractSpinBox>(form, "sparsity")->accessibleName(),
             QStringLiteral("Target sparsity"));
    QVERIFY(find<QLabel>(form, "sparsity.label")->text().contains(QStringLiteral("<i")));
}

void TestParamForm::readsAnEditedField()
{
    ParamForm form;
    form.setSchema(sampleSchema());
    show(form, {760, 620});
    QSignalSpy changed(&form, &ParamForm::valuesChanged);
    find<QAbstractSpinBox>(form, "damping")->selectAll();
    QTest::keyClicks(find<QAbstractSpinBox>(form, "damping"), QStringLiteral("1e-3"));
    QVERIFY(form.values().at("damping") == ParamValue(1e-3));
    QTest::mouseClick(find<QPushButton>(form, "2:4"), Qt::LeftButton);
    QVERIFY(form.values().at("pattern") == ParamValue("2:4"));
    QVERIFY(changed.count() >= 2);
}

void TestParamForm::marksChangesAndResets()
{
    ParamForm form;
    form.setSchema(sampleSchema());
    QVERIFY(find<QWidget>(form, "damping.marker")->property("off").toBool());
    form.setValues({{"damping", 0.05}});
    QVERIFY(!find<QWidget>(form, "damping.marker")->property("off").toBool());
    QCOMPARE(form.changedKeys(), std::vector<std::string>{"damping"});
    form.reset("damping");
    QVERIFY(find<QWidget>(form, "damping.marker")->property("off").toBool());
    QVERIFY(form.values().at("damping") == ParamValue(0.01));
}

void TestParamForm::validatesAfterAPause()
{
    ParamForm form;
    form.setSchema(sampleSchema());
    show(form, {760, 620});
    QSignalSpy found(&form, &ParamForm::issuesChanged);
    form.setValues({{"sparsity", 1.5}});
    QCOMPARE(form.issues().size(), std::size_t{1});
    QVERIFY(!find<QWidget>(form, "sparsity.issue")->isVisible());
    QTRY_VERIFY(find<QWidget>(form, "sparsity.issue")->isVisible());
    QCOMPARE(found.count(), 1);
    QVERIFY(find<QAbstractSpinBox>(form, "sparsity")->property("invalid").toBool());
    QVERIFY(find<QLabel>(form, "sparsity.message")->text().contains(QStringLiteral("1.5")));
    QVERIFY(find<QAbstractSpinBox>(form, "sparsity")
                ->accessibleDescription()
                .contains(QStringLiteral("1.5")));
    form.setValues({{"sparsity", 0.4}});
    QTRY_VERIFY(!find<QWidget>(form, "sparsity.issue")->isVisible());
    QVERIFY(!find<QAbstractSpinBox>(form, "sparsity")->property("invalid").toBool());
}

void TestParamForm::repairsWithAButton()
{
    ParamForm form;
    form.setSchema(sampleSchema());
    show(form, {760, 620});
    form.setValues({{"block-size", 130}});
    QTRY_VERIFY(find<QWidget>(form, "block-size.issue")->isVisible());
    auto* repair = find<QPushButton>(form, "block-size.repair0");
    QVERIFY(repair->text().startsWith(QStringLiteral("Use 1")));
    QTest::mouseClick(repair, Qt::LeftButton);
    QCOMPARE(std::get<std::int64_t>(form.values().at("block-size")) % 4, std::int64_t{0});
    QTRY_VERIFY(!find<QWidget>(form, "block-size.issue")->isVisible());
}

void TestParamForm::showsIssuesFromOutside()
{
    ParamForm form;
    form.setSchema(sampleSchema());
    show(form, {760, 620});
    form.setIssues(
        {{.key = "sparsity", .message = "0.5 is more than this model bears.", .blocks = false}});
    QTRY_VERIFY(find<QWidget>(form, "sparsity.issue")->isVisible());
    QVERIFY(
        !find<QAbstractSpinBox>(form, "sparsity")->property("invalid").toBool()); // a warning only
    form.setIssues({});
    QTRY_VERIFY(!find<QWidget>(form, "sparsity.issue")->isVisible());
}

void TestParamForm::foldsAdvancedParameters()
{
    ParamForm form;
    form.setSchema(sampleSchema());
    show(form, {760, 700});
    auto* solver = find<GroupHeader>(form, "group.Solver");
    auto* button = find<QToolButton>(*solver, "advanced");
    QVERIFY(button->isVisible());
    QVERIFY(button->text().contains(QLatin1Char('2')));
    QVERIFY(!find<QComboBox>(form, "order")->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    QVERIFY(find<QComboBox>(form, "order")->isVisible());
    QVERIFY(!find<QToolButton>(*find<GroupHeader>(form, "group.Target"), "advanced")->isVisible());
}

void TestParamForm::unfoldsWhatHasAnIssue()
{
    ParamForm form;
    form.setSchema(sampleSchema());
    show(form, {760, 700});
    form.setValues({{"blocks", std::vector<ParamValue>{-1}}});
    QTRY_VERIFY(find<QLineEdit>(form, "blocks")->isVisible());
}

void TestParamForm::leavesUnfocusedEditorsToTheWheel()
{
    ParamForm form;
    form.setSchema(sampleSchema());
    show(form, {760, 620});
    auto* number = find<QAbstractSpinBox>(form, "sparsity");
    number->clearFocus();
    const auto isTaken = [](QWidget* on) {
        const QPointF middle = on->rect().center();
        QWheelEvent event(middle, on->mapToGlobal(middle), {}, {0, -120}, Qt::NoButton,
                          Qt::NoModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(on, &event);
        return event.isAccepted();
    };
    QVERIFY(!isTaken(number)); // Qt offers what is not taken to the page, which scrolls
    QVERIFY(form.values().at("sparsity") == ParamValue(0.5));
    number->setFocus();
    QTRY_VERIFY(number->hasFocus());
    QVERIFY(isTaken(number));
    QVERIFY(!(form.values().at("sparsity") == ParamValue(0.5)));
}

void TestParamForm::asksTheChooserForFiles()
{
    ParamForm form;
    QString asked;
    form.setFileChooser([&](const QString& title, const QString&) {
        asked = title;
        return QStringLiteral("/data/scores.bin");
    });
    form.setSchema(sampleSchema());
    find<QPushButton>(form, "scores.choose")->click();
    QCOMPARE(asked, QStringLiteral("Scores file"));
    QVERIFY(form.values().at("scores") == ParamValue("/data/scores.bin"));
}

void TestParamForm::fixesAField()
{
    ParamForm form;
    form.setSchema(sampleSchema());
    form.setFixed("sparsity", QStringLiteral("set by pattern 2:4"));
    QVERIFY(!find<QAbstractSpinBox>(form, "sparsity")->isEnabled());
    QCOMPARE(find<QLabel>(form, "sparsity.help")->text(), QStringLiteral("set by pattern 2:4"));
    form.setFixed("sparsity", {});
    QVERIFY(find<QAbstractSpinBox>(form, "sparsity")->isEnabled());
}

void TestParamForm::looksRight()
{
    QWidget page;
    page.setProperty("role", QStringLiteral("panel"));
    page.setAttribute(Qt::WA_StyledBackground);
    auto* layout = new QVBoxLayout(&page);
    auto* form = new ParamForm(&page);
    layout->setContentsMargins(20, 12, 20, 12);
    layout->addWidget(form);
    ParamSchema schema = sampleSchema();
    form->setSchema(schema);
    show(page, {700, 560});
    form->setValues({{"pattern", "2:4"}, {"block-size", 130}, {"damping", 0.05}});
    form->setFixed("sparsity", QStringLiteral("set by pattern 2:4"));
    form->setIssues(
        {{.key = "damping", .message = "More damping than most models need.", .blocks = false}});
    QTRY_VERIFY(find<QWidget>(*form, "block-size.issue")->isVisible());
    // Nothing is cut off: every label is at least as tall as its text needs.
    for (const QLabel* label : form->findChildren<QLabel*>()) {
        if (label->isVisible()) {
            QVERIFY2(label->height() >= label->heightForWidth(label->width()),
                     qPrintable(label->text()));
        }
    }
    savePictures(page, QStringLiteral("ParamForm"));

    schema[0].label = "模式";
    schema[0].help = "每 4 个权重保留 2 个";
    schema[1].label = "目标稀疏度";
    schema[1].help = "由 2:4 模式决定；135.3 M 个零，占全部参数 44.6 %";
    schema[2].label = "块大小";
    schema[2].help = "一次更新的列数；也影响质量";
    schema[3].label = "阻尼";
    schema[3].help = "× diag(H) 均值，加到 Hessian 对角线";
    for (ParamSpec& spec : schema) {
        spec.group = spec.group == "Target" ? "目标" : spec.group == "Solver" ? "求解器" : "文件";
    }
    form->setSchema(schema);
    form->setValues({{"block-size", 130}});
    QTRY_VERIFY(find<QWidget>(*form, "block-size.issue")->isVisible());
    savePictures(page, QStringLiteral("ParamForm-zh"));
}

QTEST_MAIN(TestParamForm)
#include "tst_ParamForm.moc"
