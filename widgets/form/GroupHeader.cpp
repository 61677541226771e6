// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/form/GroupHeader.h"

#include "widgets/plots/StyleSheet.h"
#include "widgets/views/Icons.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace espalier {

GroupHeader::GroupHeader(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_button(new QToolButton(this))
{
    auto* label = new QLabel(title, this);
    setTextRole(label, TextRole::Section);
    auto* rule = new QFrame(this);
    setRole(rule, "rule");
    m_button->setCheckable(true);
    m_button->setObjectName(QStringLiteral("advanced"));
    m_button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_button->setLayoutDirection(Qt::RightToLeft); // chevron after the words
    setRole(m_button, "flat");
    setTextRole(m_button, TextRole::Caption);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(11, 8, 0, 2);
    layout->addWidget(label);
    layout->addWidget(rule, 1);
    layout->addWidget(m_button);
    updateButton();
    connect(m_button, &QToolButton::toggled, this, [this](bool open) {
        updateButton();
        Q_EMIT openChanged(open);
    });
}

void GroupHeader::setFolded(int count)
{
    m_folded = count;
    updateButton();
}

bool GroupHeader::isOpen() const
{
    return m_button->isChecked();
}

void GroupHeader::setOpen(bool open)
{
    m_button->setChecked(open);
}

void GroupHeader::updateButton()
{
    m_button->setVisible(m_folded > 0);
    m_button->setText(isOpen() ? tr("Hide advanced")
                               : tr("%n more in Advanced", nullptr, m_folded));
    m_button->setIcon(
        icon(isOpen() ? Glyph::ChevronDown : Glyph::ChevronRight, &PlotTheme::textMuted));
}

} // namespace espalier
