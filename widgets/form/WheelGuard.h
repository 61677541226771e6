// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QWidget;

namespace espalier {

/// Keeps the wheel from changing an editor that has no focus: the page scrolls instead.
class WheelGuard : public QObject {
    Q_OBJECT

public:
    static void protect(QWidget* editor);

protected:
    using QObject::QObject;
    bool eventFilter(QObject* watched, QEvent* event) override;
};

} // namespace espalier
