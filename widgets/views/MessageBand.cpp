// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/MessageBand.h"

#include "widgets/plots/StyleSheet.h"
#include "widgets/views/GlyphLabel.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QTextDocumentFragment>

namespace espalier {

namespace {

struct ToneLook {
    const char* role;
    Glyph glyph;
    ThemeColour colour;
};

ToneLook lookOf(MessageBand::Tone tone)
{
    switch (tone) {
    case MessageBand::Tone::Success:
        return {"successBand", Glyph::Check, &PlotTheme::success};
    case MessageBand::Tone::Warning:
        return {"warningBand", Glyph::Warning, &PlotTheme::warning};
    case MessageBand::Tone::Danger:
        return {"dangerBand", Glyph::Error, &PlotTheme::danger};
    case MessageBand::Tone::Info:
        break;
    }
    return {"infoBand", Glyph::Info, &PlotTheme::info};
}

} // namespace

MessageBand::MessageBand(QWidget* parent)
    : QFrame(parent)
    , m_glyph(new GlyphLabel(Glyph::Info, &PlotTheme::info, this))
    , m_text(new QLabel(this))
    , m_actions(new QHBoxLayout)
{
    setObjectName(QStringLiteral("messageBand"));
    m_text->setObjectName(QStringLiteral("message"));
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextBrowserInteraction);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 8);
    layout->setSpacing(10);
    layout->addWidget(m_glyph, 0, Qt::AlignTop);
    layout->addWidget(m_text, 1);
    layout->addLayout(m_actions);
    m_actions->setSpacing(6);
    connect(m_text, &QLabel::linkActivated, this, &MessageBand::linkActivated);
}

void MessageBand::setMessage(Tone tone, const QString& text, const QList<Action>& actions)
{
    const ToneLook look = lookOf(tone);
    setRole(this, look.role);
    m_glyph->setGlyph(look.glyph, look.colour);
    m_text->setText(text);
    setAccessibleName(this->text());
    while (QLayoutItem* item = m_actions->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (const Action& action : actions) {
        auto* button = new QPushButton(action.text, this);
        button->setObjectName(action.id);
        setRole(button, "small");
        m_actions->addWidget(button, 0, Qt::AlignVCenter);
        connect(button, &QPushButton::clicked, this,
                [this, id = action.id] { Q_EMIT actionTriggered(id); });
    }
    QAccessibleEvent announcement(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&announcement);
}

QString MessageBand::text() const
{
    return QTextDocumentFragment::fromHtml(m_text->text()).toPlainText();
}

} // namespace espalier
