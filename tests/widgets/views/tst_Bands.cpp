// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/views/EmptyState.h"
#include "widgets/views/FailureBand.h"
#include "widgets/views/SegmentedButtons.h"
#include "widgets/views/StageRow.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QVBoxLayout>

using namespace espalier;
using test::find;

/// The small views: message and failure bands, empty state, stages, segments.
class TestBands : public test::WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void tellsFailuresAndActions();
    void offersOneActionWhenEmpty();
    void speaksStages();
    void holdsOneSegmentDown();
    void looksRight();
};

void TestBands::tellsFailuresAndActions()
{
    FailureBand band;
    band.setFailure({ErrorCode::Numeric, "The smallest pivot is -3.1e-6 & <negative>.",
                     "Compressing block 11/24"},
                    {{QStringLiteral("retry"), QStringLiteral("Retry with damping 0.05")}});
    QVERIFY(band.text().contains(QStringLiteral("& <negative>"))); // never read as markup
    QVERIFY(band.text().contains(QStringLiteral("Compressing block 11/24")));
    QSignalSpy asked(&band, &MessageBand::actionTriggered);
    find<QPushButton>(band, "retry")->click();
    QCOMPARE(asked.last().first().toString(), QStringLiteral("retry"));
    find<QPushButton>(band, "copyDetails")->click();
    QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("numeric")));
}

void TestBands::offersOneActionWhenEmpty()
{
    EmptyState state(Glyph::Queue);
    state.setText(QStringLiteral("Nothing is waiting."));
    QVERIFY(find<QPushButton>(state, "emptyAction")->isHidden());
    state.setText(QStringLiteral("Nothing is waiting. Start a run with Ctrl+N."),
                  QStringLiteral("New run"));
    QSignalSpy asked(&state, &EmptyState::actionTriggered);
    find<QPushButton>(state, "emptyAction")->click();
    QCOMPARE(asked.count(), 1);
}

void TestBands::speaksStages()
{
    StageRow row;
    row.setStages(
        {{QStringLiteral("Calibrate"), QStringLiteral("18 s"), StageState::Done},
         {QStringLiteral("Compress"), QStringLiteral("block 15/24"), StageState::Current, 0.6}});
    QCOMPARE(row.accessibleName(),
             QStringLiteral("Calibrate: done 18 s; Compress: at work block 15/24"));
}

void TestBands::holdsOneSegmentDown()
{
    SegmentedButtons buttons({QStringLiteral("Bytes"), QStringLiteral("Params")});
    QCOMPARE(buttons.current(), -1);
    QSignalSpy changed(&buttons, &SegmentedButtons::currentChanged);
    buttons.button(1)->click();
    buttons.button(1)->click();
    QCOMPARE(changed.count(), 1);
    QCOMPARE(buttons.current(), 1);
    buttons.setCurrent(-1);
    QCOMPARE(buttons.current(), -1);
    buttons.setCurrent(0);
    QVERIFY(buttons.button(0)->isChecked());
    QVERIFY(!buttons.button(1)->isChecked());
}

void TestBands::looksRight()
{
    QWidget page;
    auto* layout = new QVBoxLayout(&page);
    auto* stages = new StageRow(&page);
    stages->setStages(
        {{QStringLiteral("Load"), QStringLiteral("1.2 s"), StageState::Done, 1},
         {QStringLiteral("Calibrate"), QStringLiteral("18 s"), StageState::Done, 1},
         {QStringLiteral("Compress"), QStringLiteral("block 15/24"), StageState::Current, 0.6},
         {QStringLiteral("恢复训练"), QStringLiteral("20 M 词元"), StageState::Waiting, 0},
         {QStringLiteral("Export"), {}, StageState::Waiting, 0}});
    stages->setTimeLeft(QStringLiteral("1 min 15 s to 1 min 30 s left"),
                        QStringLiteral("in this stage; all stages 14 to 19 min"));
    layout->addWidget(stages);
    auto* failure = new FailureBand(&page);
    failure->setFailure({ErrorCode::Numeric,
                         "The Hessian of block 11, mlp.down_proj is not positive definite "
                         "(smallest pivot -3.1e-6). "
                         "Results up to block 10 are kept.",
                         "Compressing block 11/24"},
                        {{QStringLiteral("retry"), QStringLiteral("Retry with damping 0.05")}});
    layout->addWidget(failure);
    auto* verdict = new MessageBand(&page);
    verdict->setMessage(MessageBand::Tone::Info,
                        QStringLiteral("<b>SparseGPT 在 371 MB 下困惑度最低：</b> 比 Wanda 低 0.57 "
                                       "(95 % CI 0.49 to 0.66, p &lt; 0.001)."),
                        {{QStringLiteral("how"), QStringLiteral("How tested")}});
    layout->addWidget(verdict);
    auto* warning = new MessageBand(&page);
    warning->setMessage(MessageBand::Tone::Warning,
                        QStringLiteral("Budgets differ by 4.1 %: not a fair comparison."));
    layout->addWidget(warning);
    auto* empty = new EmptyState(Glyph::Queue, &page);
    empty->setText(QStringLiteral("Two finished runs are needed to compare; there is one."),
                   QStringLiteral("New run"));
    layout->addWidget(empty, 1);
    auto* filled = new QPushButton(QStringLiteral("Run 5 seeds"), &page);
    filled->setProperty("role", QStringLiteral("filled"));
    layout->addWidget(filled, 0, Qt::AlignLeft);
    show(page, {980, 460});
    savePictures(page, QStringLiteral("Bands"));
}

QTEST_MAIN(TestBands)
#include "tst_Bands.moc"
