// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/Icons.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace espalier {

class GlyphLabel;

/// What a page says while it has nothing to show: an icon, one sentence, one button.
class EmptyState : public QWidget {
    Q_OBJECT

public:
    explicit EmptyState(Glyph glyph, QWidget* parent = nullptr);

    /// No button where `action` is empty.
    void setText(const QString& sentence, const QString& action = {});
    QString sentence() const;

Q_SIGNALS:
    void actionTriggered();

private:
    QLabel* m_sentence;
    QPushButton* m_button;
};

} // namespace espalier
