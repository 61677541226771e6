// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/plots/LayerHeatmap.h"

#include <QSignalSpy>

#include <cmath>

using namespace espalier;

namespace {

QStringList linears()
{
    return {QStringLiteral("attn.q_proj"),   QStringLiteral("attn.k_proj"),
            QStringLiteral("attn.v_proj"),   QStringLiteral("attn.o_proj"),
            QStringLiteral("mlp.gate_proj"), QStringLiteral("mlp.up_proj"),
            QStringLiteral("mlp.down_proj")};
}

/// Blocks 0 to 13 done, 14 at work, one linear that gave no number.
void fill(LayerHeatmap& map)
{
    map.setBoard(linears(), 24);
    for (int block = 0; block < 14; ++block) {
        for (int linear = 0; linear < 7; ++linear) {
            map.setCell({linear, block}, {0.47 + 0.012 * ((block * 5 + linear) % 14),
                                          0.004 * (1 + block % 5) * (linear == 6 ? 2.6 : 1)});
        }
        map.setBlockSeconds(block, 8.1 + 0.1 * (block % 4));
    }
    map.setCell({0, 14}, {0.61, 0.01});
    map.setCell({1, 14}, {0.61, std::nan("")});
    map.setCurrentBlock(14);
    map.setSelected({6, 11});
}

} // namespace

class TestLayerHeatmap : public test::WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void tellsStatesApart();
    void roundsRangesOut();
    void findsTheWorst();
    void findsCellsUnderThePointer();
    void printsValuesWhereTheyFit();
    void selectsWithMouseAndKeys();
    void describesCells();
    void repaintsOnlyWhatChanged();
    void looksRight();
};

void TestLayerHeatmap::tellsStatesApart()
{
    LayerHeatmap map;
    map.setBoard(linears(), 3);
    map.setCell({2, 1}, {0.0, std::nan("")});
    QCOMPARE(stateOf(map.board().cell({2, 1}).sparsity), CellState::Done); // zero is a number
    QCOMPARE(stateOf(map.board().cell({2, 1}).error), CellState::NotANumber);
    QCOMPARE(stateOf(map.board().cell({2, 2}).sparsity), CellState::NotDone);
}

void TestLayerHeatmap::roundsRangesOut()
{
    LayerBoard board(linears(), 2);
    board.set({0, 0}, {0.47, 0.004});
    board.set({1, 0}, {0.63, 0.061});
    QCOMPARE(board.sparsityRange().low, 0.45);
    QCOMPARE(board.sparsityRange().high, 0.65);
    QVERIFY(std::abs(board.errorRange().low - 0.001) < 1e-12);
    QVERIFY(std::abs(board.errorRange().high - 0.1) < 1e-12);
    LayerBoard flat(linears(), 1);
    flat.set({0, 0}, {0.5, 0.0});
    QVERIFY(flat.sparsityRange().high - flat.sparsityRange().low > 0.19);
    QVERIFY(flat.sparsityRange().low < 0.5 && flat.sparsityRange().high > 0.5);
    QVERIFY(std::abs(flat.meanSparsity() - 0.5) < 1e-12);
}

void TestLayerHeatmap::findsTheWorst()
{
    LayerHeatmap map;
    QVERIFY(!map.board().worstError().isValid());
    map.setBoard(linears(), 3);
    map.setCell({0, 0}, {0.5, 0.02});
    map.setCell({6, 2}, {0.5, 0.06});
    map.setCell({3, 1}, {0.5, std::nan("")});
    QVERIFY(map.board().worstError() == (LayerPlace{6, 2}));
}

void TestLayerHeatmap::findsCellsUnderThePointer()
{
    LayerHeatmap map;
    fill(map);
    map.resize(map.sizeHint());
    for (const auto strip : {LayerHeatmap::Strip::Sparsity, LayerHeatmap::Strip::Error}) {
        for (int block = 0; block < 24; ++block) {
            const LayerPlace place{3, block};
            QVERIFY(map.placeAt(map.cellRect(strip, place).center()) == place);
        }
    }
    QVERIFY(!map.placeAt({2, 2}).isValid());
}

void TestLayerHeatmap::printsValuesWhereTheyFit()
{
    LayerHeatmap map;
    fill(map);
    map.resize(map.sizeHint());
    QVERIFY(map.printsValues());
    map.resize(map.minimumSizeHint());
    QVERIFY(!map.printsValues());
    map.setBoard(linears(), 80);
    map.resize(900, 400);
    QVERIFY(!map.printsValues());
    QCOMPARE(map.cellRect(LayerHeatmap::Strip::Error, {0, 79}).width(),
             map.cellRect(LayerHeatmap::Strip::Error, {0, 0}).width());
}

void TestLayerHeatmap::selectsWithMouseAndKeys()
{
    LayerHeatmap map;
    fill(map);
    show(map, map.sizeHint());
    QSignalSpy picked(&map, &LayerHeatmap::cellActivated);
    QTest::mouseClick(&map, Qt::LeftButton, {},
                      map.cellRect(LayerHeatmap::Strip::Error, {2, 5}).center());
    QCOMPARE(picked.last(), (QVariantList{2, 5}));
    QTest::keyClick(&map, Qt::Key_Right);
    QTest::keyClick(&map, Qt::Key_Down);
    QVERIFY(map.selected() == (LayerPlace{3, 6}));
    for (int i = 0; i < 40; ++i) {
        QTest::keyClick(&map, Qt::Key_Left);
    }
    QVERIFY(map.selected() == (LayerPlace{3, 0}));
    QVERIFY(map.accessibleDescription().contains(QStringLiteral("attn.o_proj")));
}

void TestLayerHeatmap::describesCells()
{
    LayerHeatmap map;
    fill(map);
    QVERIFY(map.describe({0, 14}).contains(QStringLiteral("0.610")));
    QVERIFY(map.describe({1, 14}).contains(QStringLiteral("not a number")));
    QVERIFY(map.describe({2, 14}).contains(QStringLiteral("not done yet")));
}

void TestLayerHeatmap::repaintsOnlyWhatChanged()
{
    LayerHeatmap map;
    fill(map);
    show(map, map.sizeHint());

    struct Watcher : QObject {
        QRegion region;

        bool eventFilter(QObject*, QEvent* event) override
        {
            if (event->type() == QEvent::Paint) {
                region += static_cast<QPaintEvent*>(event)->region();
            }
            return false;
        }
    } watcher;

    QTest::qWait(50);
    map.installEventFilter(&watcher);
    const LayerPlace place{2, 14};
    map.setCell(place, {0.55, 0.01});
    QTRY_VERIFY(!watcher.region.isEmpty());
    const QRegion expected = QRegion(map.cellRect(LayerHeatmap::Strip::Sparsity, place)) +
                             map.cellRect(LayerHeatmap::Strip::Error, place);
    QVERIFY(watcher.region.subtracted(expected).isEmpty());
}

void TestLayerHeatmap::looksRight()
{
    LayerHeatmap map;
    fill(map);
    show(map, map.sizeHint());
    savePictures(map, QStringLiteral("LayerHeatmap"));
    map.setBoard(linears(), 5);
    for (int block = 0; block < 5; ++block) {
        for (int linear = 0; linear < 7; ++linear) {
            map.setCell({linear, block}, {0.5, 0.023 * (1 + block)});
        }
        map.setBlockSeconds(block, 0.4 + 0.02 * block);
    }
    map.resize(420, map.height());
    savePictures(map, QStringLiteral("LayerHeatmap-small"));
}

QTEST_MAIN(TestLayerHeatmap)
#include "tst_LayerHeatmap.moc"
