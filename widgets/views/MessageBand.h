// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QHBoxLayout;
class QLabel;

namespace espalier {

class GlyphLabel;

/// A sentence across the page in a soft colour, with buttons for what can be done about it.
class MessageBand : public QFrame {
    Q_OBJECT

public:
    enum class Tone { Info = 1, Success, Warning, Danger };

    struct Action {
        QString id; // also the button's objectName
        QString text;
    };

    explicit MessageBand(QWidget* parent = nullptr);

    /// `text` may hold <b>. The first call announces the message to screen readers.
    void setMessage(Tone tone, const QString& text, const QList<Action>& actions = {});
    QString text() const;

Q_SIGNALS:
    void actionTriggered(const QString& id);
    void linkActivated(const QString& link);

private:
    GlyphLabel* m_glyph;
    QLabel* m_text;
    QHBoxLayout* m_actions;
};

} // namespace espalier
