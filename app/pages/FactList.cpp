// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/FactList.h"

#include "widgets/plots/StyleSheet.h"

#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace espalier {

FactList::FactList(QWidget* parent)
    : QWidget(parent)
    , m_grid(new QGridLayout)
{
    setObjectName(QStringLiteral("facts"));
    setRole(this, "panel");
    setAttribute(Qt::WA_StyledBackground);
    setMinimumWidth(210);
    auto* title = new QLabel(tr("Measured"), this);
    setTextRole(title, TextRole::Section);
    m_grid->setContentsMargins(0, 4, 0, 0);
    m_grid->setHorizontalSpacing(12);
    m_grid->setVerticalSpacing(5);
    m_grid->setColumnStretch(1, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 12, 8);
    column->addWidget(title);
    column->addLayout(m_grid);
    column->addStretch(1);
}

void FactList::setFacts(const QList<Fact>& facts)
{
    const bool isSame = std::equal(
        facts.begin(), facts.end(), m_facts.begin(), m_facts.end(),
        [](const Fact& a, const Fact& b) { return a.label == b.label && a.value == b.value; });
    if (isSame) {
        return;
    }
    m_facts = facts;
    while (QLayoutItem* item = m_grid->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (int row = 0; row < facts.size(); ++row) {
        const Fact& fact = facts.at(row);
        auto* label = new QLabel(fact.label, this);
        auto* value = new QLabel(fact.value, this);
        setRole(label, "muted");
        value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        value->setAccessibleName(fact.label + QLatin1Char(' ') + fact.value);
        label->setToolTip(fact.explanation);
        value->setToolTip(fact.explanation);
        m_grid->addWidget(label, row, 0);
        m_grid->addWidget(value, row, 1);
    }
}

} // namespace espalier
