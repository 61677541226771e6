// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/SegmentedButtons.h"

#include "widgets/plots/StyleSheet.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QPushButton>

namespace espalier {

namespace {

/// Wide enough for the label in bold, so that choosing another segment moves nothing.
void fitWidth(QPushButton* button)
{
    QFont bold = button->font();
    bold.setWeight(QFont::DemiBold);
    button->setMinimumWidth(QFontMetrics(bold).horizontalAdvance(button->text()) + 26);
}

} // namespace

SegmentedButtons::SegmentedButtons(const QStringList& labels, QWidget* parent)
    : QWidget(parent)
    , m_group(new QButtonGroup(this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    for (int i = 0; i < labels.size(); ++i) {
        auto* button = new QPushButton(labels.at(i), this);
        button->setCheckable(true);
        button->setObjectName(labels.at(i));
        button->setAutoDefault(false);
        const char* place = labels.size() == 1       ? "only"
                            : i == 0                 ? "first"
                            : i == labels.size() - 1 ? "last"
                                                     : "middle";
        button->setProperty("place", QString::fromLatin1(place));
        setRole(button, "segment");
        fitWidth(button);
        m_group->addButton(button, i);
        m_buttons.append(button);
        layout->addWidget(button);
    }
    if (!m_buttons.isEmpty()) {
        setFocusProxy(m_buttons.first());
    }
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(m_group, &QButtonGroup::idToggled, this, [this](int index, bool down) {
        if (down) {
            setFocusProxy(m_buttons.at(index));
            Q_EMIT currentChanged(index);
        }
    });
}

int SegmentedButtons::current() const
{
    return m_group->checkedId();
}

void SegmentedButtons::setCurrent(int index)
{
    if (index >= 0 && index < count()) {
        m_buttons.at(index)->setChecked(true);
        return;
    }
    m_group->setExclusive(false);
    for (QPushButton* button : m_buttons) {
        button->setChecked(false);
    }
    m_group->setExclusive(true);
}

void SegmentedButtons::setLabel(int index, const QString& label)
{
    m_buttons.at(index)->setText(label);
    fitWidth(m_buttons.at(index));
}

void SegmentedButtons::setInvalid(bool invalid)
{
    for (QPushButton* button : m_buttons) {
        espalier::setInvalid(button, invalid);
    }
}

} // namespace espalier
