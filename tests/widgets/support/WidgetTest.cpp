// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/WidgetTest.h"

#include "widgets/plots/StyleSheet.h"

#include <QApplication>
#include <QDir>
#include <QRegularExpression>

namespace espalier::test {

void WidgetTest::initTestCase()
{
    applyTheme(*qApp, PlotTheme::light());
}

void WidgetTest::init()
{
    // The offscreen platform says this one about every window.
    QTest::failOnWarning(
        QRegularExpression(QStringLiteral("^(?!This plugin does not support propagateSizeHints)")));
}

void WidgetTest::show(QWidget& widget, const QSize& size)
{
    widget.resize(size);
    widget.show();
    QVERIFY(QTest::qWaitForWindowExposed(&widget));
}

void WidgetTest::savePictures(QWidget& widget, const QString& name)
{
    const QString folder = qEnvironmentVariable("ESPALIER_PICTURES");
    if (folder.isEmpty()) {
        return;
    }
    QVERIFY(QDir().mkpath(folder));
    const double ratio = widget.devicePixelRatioF();
    const QString scale = ratio == 1.0 ? QString() : QStringLiteral("-%1").arg(qRound(ratio * 100));
    for (const PlotTheme* theme : {&PlotTheme::dark(), &PlotTheme::light()}) {
        applyTheme(*qApp, *theme);
        QCoreApplication::processEvents();
        const QString tone = theme->isDark ? QStringLiteral("dark") : QStringLiteral("light");
        QVERIFY(
            widget.grab().save(QStringLiteral("%1/%2-%3%4.png").arg(folder, name, tone, scale)));
    }
}

} // namespace espalier::test
