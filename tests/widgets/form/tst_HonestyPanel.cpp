// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/WidgetTest.h"
#include "widgets/form/HonestyPanel.h"

#include <QLabel>

using namespace espalier;
using test::find;

class TestHonestyPanel : public test::WidgetTest {
    Q_OBJECT

private Q_SLOTS:
    void ordersLines();
    void neverStaysSilentAboutSpeed();
    void looksRight();
};

void TestHonestyPanel::ordersLines()
{
    HonestyPanel panel;
    panel.setExpectation({{.kind = ExpectationLine::Kind::Loads, .headline = "Loads elsewhere"},
                          {.kind = ExpectationLine::Kind::Speed,
                           .headline = "No speed-up expected on this machine"}});
    QStringList lines;
    for (const QLabel* label : panel.findChildren<QLabel*>(QStringLiteral("headline"))) {
        lines.append(label->text());
    }
    QCOMPARE(lines, (QStringList{QStringLiteral("No speed-up expected on this machine"),
                                 QStringLiteral("Loads elsewhere")}));
}

void TestHonestyPanel::neverStaysSilentAboutSpeed()
{
    HonestyPanel panel;
    panel.setExpectation({});
    QVERIFY(find<QLabel>(*find<QWidget>(panel, "expectation.1"), "headline")
                ->text()
                .contains(QStringLiteral("Speed")));
}

void TestHonestyPanel::looksRight()
{
    HonestyPanel panel;
    using Line = ExpectationLine;
    panel.setExpectation(
        {{Line::Kind::Speed, Line::Tone::Caution, "No speed-up expected on this machine",
          "2:4 kernels need a supported GPU. Here: CPU, AVX2."},
         {Line::Kind::Size, Line::Tone::Good, "Smaller file: 370 MB instead of 607 MB",
          "as 2:4 bitmask; saved dense it stays 606.8 MB"},
         {Line::Kind::Loads, Line::Tone::Good, "可在其他工具加载",
          "稠密 safetensors：Transformers；导出后校验"},
         {Line::Kind::Quality, Line::Tone::Neutral, "Perplexity about 17.0 to 18.1 before recovery",
          "from 6 similar runs in this workspace; dense 14.62"}});
    show(panel, {370, 260});
    for (const QLabel* label : panel.findChildren<QLabel*>()) {
        QVERIFY2(label->height() >= label->heightForWidth(label->width()),
                 qPrintable(label->text()));
    }
    savePictures(panel, QStringLiteral("HonestyPanel"));
}

QTEST_MAIN(TestHonestyPanel)
#include "tst_HonestyPanel.moc"
