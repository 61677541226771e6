// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/plots/ColourMap.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/views/Icons.h"

#include <QApplication>

using namespace espalier;

class TestPlotTheme : public test::WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void knowsItselfFromItsPalette();
    void keepsTheContrastsOfTheDesign();
    void givesEverySlotItsOwnColourMarkAndDash();
    void interpolatesMaps();
    void choosesInkThatCanBeRead();
    void leavesNoTokenInTheStyleSheet();
    void growsWithTheText();
    void greysDisabledIcons();
};

void TestPlotTheme::knowsItselfFromItsPalette()
{
    QVERIFY(!PlotTheme::of(PlotTheme::light().palette()).isDark);
    QVERIFY(PlotTheme::of(PlotTheme::dark().palette()).isDark);
}

void TestPlotTheme::keepsTheContrastsOfTheDesign()
{
    for (const PlotTheme* theme : {&PlotTheme::light(), &PlotTheme::dark()}) {
        for (const QColor& ground : {theme->surface, theme->window, theme->accentSoft}) {
            QVERIFY(contrastRatio(theme->text, ground) >= 7);
            QVERIFY(contrastRatio(theme->textMuted, ground) >= 4.5);
        }
        QVERIFY(contrastRatio(theme->danger, theme->dangerSoft) >= 4.5);
        QVERIFY(contrastRatio(theme->warning, theme->warningSoft) >= 4.5);
        QVERIFY(contrastRatio(theme->success, theme->successSoft) >= 4.5);
        QVERIFY(contrastRatio(theme->info, theme->infoSoft) >= 4.5);
        QVERIFY(contrastRatio(theme->onAccent, theme->accent) >= 4.5);
        QVERIFY(contrastRatio(theme->control, theme->window) >= 3);
        for (const QColor& colour : theme->seriesColours) {
            QVERIFY(contrastRatio(colour, theme->surface) >= 3);
        }
    }
    // One number of the table, to know that the formula is that of the table.
    QVERIFY(std::abs(contrastRatio(PlotTheme::light().text, PlotTheme::light().surface) - 16.44) <
            0.005);
}

void TestPlotTheme::givesEverySlotItsOwnColourMarkAndDash()
{
    const PlotTheme& theme = PlotTheme::light();
    for (int a = 0; a < kSeriesSlots; ++a) {
        for (int b = a + 1; b < kSeriesSlots; ++b) {
            QVERIFY(theme.series(a).colour != theme.series(b).colour);
            QVERIFY(theme.series(a).marker != theme.series(b).marker);
            QVERIFY(theme.series(a).dash != theme.series(b).dash);
        }
    }
    for (int slot = kSeriesSlots; slot < kSeriesSlots * kSeriesSlots; ++slot) {
        const SeriesStyle style = theme.series(slot);
        for (int other = 0; other < slot; ++other) {
            const SeriesStyle& before = theme.series(other);
            QVERIFY(style.colour != before.colour || style.marker != before.marker);
        }
    }
    QCOMPARE(theme.series(kReferenceSlot).colour, theme.reference);
    QCOMPARE(theme.series(kReferenceSlot).marker, Marker::Cross);
}

void TestPlotTheme::interpolatesMaps()
{
    const ColourMap map(ColourMap::Name::Trellis, false);
    QCOMPARE(map.at(0), QColor(0xEEF9FA));
    QCOMPARE(map.at(1), QColor(0x012B39));
    QCOMPARE(map.at(0.5), QColor(0x29979D));
    // Half way between EEF9FA and BBE3E3: (238+187)/2 = 212.5, (249+227)/2 = 238, (250+227)/2 =
    // 238.5
    QCOMPARE(map.at(1.0 / 16), QColor(213, 238, 239));
    QCOMPARE(map.at(7), map.at(1));
    QVERIFY(!map.at(std::nan("")).isValid());
}

void TestPlotTheme::choosesInkThatCanBeRead()
{
    for (const bool isDark : {false, true}) {
        for (const auto name :
             {ColourMap::Name::Trellis, ColourMap::Name::Ember, ColourMap::Name::Balance}) {
            const ColourMap map(name, isDark);
            for (int i = 0; i <= 200; ++i) {
                const QColor cell = map.at(i / 200.0);
                QVERIFY(contrastRatio(inkOn(cell), cell) >= 4.58);
            }
        }
    }
}

void TestPlotTheme::leavesNoTokenInTheStyleSheet()
{
    const QString sheet = styleSheet(PlotTheme::dark(), QApplication::font());
    QVERIFY(!sheet.contains(QLatin1Char('@')));
    QVERIFY(sheet.contains(QStringLiteral("#5ac4ce")));
    QVERIFY(QFile::exists(QStringLiteral(":/espalier/style/tick-dark.svg")));
}

void TestPlotTheme::growsWithTheText()
{
    const int before = controlHeight(QFontMetrics(QApplication::font()));
    applyTheme(*qApp, PlotTheme::light(), 2.0);
    const int after = controlHeight(QFontMetrics(QApplication::font()));
    QVERIFY(after > before);
    QVERIFY(after >= QFontMetrics(QApplication::font()).height() + 8);
    applyTheme(*qApp, PlotTheme::light());
    QCOMPARE(controlHeight(QFontMetrics(QApplication::font())), before);
}

void TestPlotTheme::greysDisabledIcons()
{
    const auto inkOf = [](QIcon::Mode mode) {
        const QImage image = icon(Glyph::Stop).pixmap(QSize(32, 32), mode).toImage();
        QColor darkest(Qt::transparent);
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                if (image.pixelColor(x, y).alpha() == 255) {
                    darkest = image.pixelColor(x, y);
                }
            }
        }
        return darkest;
    };
    QCOMPARE(inkOf(QIcon::Normal), PlotTheme::light().text);
    QCOMPARE(inkOf(QIcon::Disabled), PlotTheme::light().disabled);
}

QTEST_MAIN(TestPlotTheme)
#include "tst_PlotTheme.moc"
