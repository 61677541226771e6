// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>
#include <QWidget>

namespace espalier::test {

/// Base of every test with widgets: our theme on, any warning of Qt fails, pictures for people to
/// look at.
class WidgetTest : public QObject {
    Q_OBJECT

protected:
    /// Saves `widget` in the light and in the dark theme as
    /// $ESPALIER_PICTURES/<name>-<theme>[-150].png; does nothing when the variable is not set.
    void savePictures(QWidget& widget, const QString& name);
    /// Shows the widget at this size and waits until it is there.
    void show(QWidget& widget, const QSize& size);

protected Q_SLOTS:
    void initTestCase();
    void init();
};

/// A widget inside `parent` with this objectName; fails the test loudly when there is none.
template <class T>
T* find(const QWidget& parent, const char* name)
{
    T* found = parent.findChild<T*>(QString::fromLatin1(name));
    if (found == nullptr) {
        qFatal("no such widget: %s", name);
    }
    return found;
}

} // namespace espalier::test
