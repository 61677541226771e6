// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/form/WheelGuard.h"

#include <QEvent>
#include <QWidget>

namespace espalier {

void WheelGuard::protect(QWidget* editor)
{
    editor->setFocusPolicy(Qt::StrongFocus);
    editor->installEventFilter(new WheelGuard(editor));
}

bool WheelGuard::eventFilter(QObject* watched, QEvent* event)
{
    const auto* editor = static_cast<QWidget*>(watched);
    if (event->type() == QEvent::Wheel && !editor->hasFocus()) {
        event->ignore(); // not accepted: Qt offers it to the parent, which scrolls
        return true;
    }
    return false;
}

} // namespace espalier
