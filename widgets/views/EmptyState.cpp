// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/EmptyState.h"

#include "widgets/plots/StyleSheet.h"
#include "widgets/views/GlyphLabel.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace espalier {

namespace {

constexpr int kIconSide = 32;
constexpr int kTextWidth = 420;

} // namespace

EmptyState::EmptyState(Glyph glyph, QWidget* parent)
    : QWidget(parent)
    , m_sentence(new QLabel(this))
    , m_button(new QPushButton(this))
{
    setObjectName(QStringLiteral("emptyState"));
    auto* mark = new GlyphLabel(glyph, &PlotTheme::textMuted, this);
    mark->setFixedSize(kIconSide, kIconSide);
    m_sentence->setObjectName(QStringLiteral("emptySentence"));
    m_sentence->setWordWrap(true);
    m_sentence->setAlignment(Qt::AlignCenter);
    setRole(m_sentence, "muted");
    m_button->setObjectName(QStringLiteral("emptyAction"));
    m_button->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(12);
    layout->addStretch(1);
    layout->addWidget(mark, 0, Qt::AlignHCenter);
    layout->addWidget(m_sentence, 0, Qt::AlignHCenter);
    layout->addWidget(m_button, 0, Qt::AlignHCenter);
    layout->addStretch(2);
    connect(m_button, &QPushButton::clicked, this, &EmptyState::actionTriggered);
}

void EmptyState::setText(const QString& sentence, const QString& action)
{
    m_sentence->setText(sentence);
    // A wrapping label asks for the width of its longest word; give it the width of a line instead.
    const int wanted = m_sentence->fontMetrics().horizontalAdvance(sentence) + 8;
    m_sentence->setMinimumWidth(std::min(wanted, kTextWidth));
    m_button->setText(action);
    m_button->setVisible(!action.isEmpty());
    setAccessibleName(sentence);
}

QString EmptyState::sentence() const
{
    return m_sentence->text();
}

} // namespace espalier
