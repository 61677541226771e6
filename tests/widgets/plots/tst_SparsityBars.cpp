// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/plots/SparsityBars.h"

#include <QSignalSpy>

#include <cmath>

using namespace espalier;

namespace {

void fill(SparsityBars& bars)
{
    QList<BarPanel> panels;
    const QStringList names{QStringLiteral("SparseGPT"), QStringLiteral("Wanda"),
                            QStringLiteral("ZipLM"), QStringLiteral("Logit KD"),
                            QStringLiteral("幅值剪枝")};
    for (int i = 0; i < names.size(); ++i) {
        BarPanel panel{.id = names[i], .label = names[i], .slot = i, .values = {}};
        for (int block = 0; block < 24; ++block) {
            panel.values.append(i == 2   ? 0.3 + 0.014 * block
                                : i == 3 ? (block % 4 == 0 ? 1.0 : 0.0)
                                         : 0.5);
        }
        panels.append(panel);
    }
    panels[1].values[7] = std::nan("");
    bars.setPanels(panels);
    bars.setTarget(0.5);
    bars.setLinkedBlock(11);
}

} // namespace

class TestSparsityBars : public test::WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void findsBlocks();
    void linksBlocks();
    void wrapsPanels();
    void looksRight();
};

void TestSparsityBars::findsBlocks()
{
    SparsityBars bars;
    fill(bars);
    bars.resize(640, 130);
    const QRect panel = bars.panelRect(2);
    QCOMPARE(bars.blockAt(panel.topLeft()), 0);
    QCOMPARE(bars.blockAt(panel.bottomRight()), 23);
    QCOMPARE(bars.blockAt({0, 0}), -1);
}

void TestSparsityBars::linksBlocks()
{
    SparsityBars bars;
    fill(bars);
    show(bars, {640, 130});
    QSignalSpy picked(&bars, &SparsityBars::blockActivated);
    QTest::mouseClick(&bars, Qt::LeftButton, {}, bars.panelRect(0).topLeft() + QPoint(1, 5));
    QCOMPARE(bars.linkedBlock(), 0);
    QTest::keyClick(&bars, Qt::Key_Right);
    QCOMPARE(bars.linkedBlock(), 1);
    QCOMPARE(picked.count(), 2);
}

void TestSparsityBars::wrapsPanels()
{
    SparsityBars bars;
    fill(bars);
    bars.resize(300, 400);
    QVERIFY(bars.panelRect(4).top() > bars.panelRect(0).bottom());
    QVERIFY(bars.panelRect(4).right() <= 300);
    QVERIFY(bars.sizeHint().height() > bars.panelRect(4).bottom());
}

void TestSparsityBars::looksRight()
{
    SparsityBars bars;
    fill(bars);
    show(bars, {640, 130});
    savePictures(bars, QStringLiteral("SparsityBars"));
}

QTEST_MAIN(TestSparsityBars)
#include "tst_SparsityBars.moc"
