// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/form/HelpPlace.h"

#include <QGridLayout>
#include <QLabel>

#include <algorithm>

namespace espalier {

namespace {

constexpr int kLeastLetters = 24; // fewer on a line read badly

} // namespace

HelpPlace::HelpPlace(QGridLayout& grid, QLabel& help, int column)
    : m_grid(grid)
    , m_help(help)
    , m_column(column)
{
    place();
}

int HelpPlace::leastWidth() const
{
    const QMargins margins = m_grid.contentsMargins();
    int width = margins.left() + margins.right();
    for (int column = 0; column <= m_column; ++column) {
        if (const QLayoutItem* item = m_grid.itemAtPosition(0, column)) {
            width += std::max(item->minimumSize().width(),
                              column == m_column ? item->sizeHint().width() : 0);
            width += column < m_column ? m_grid.horizontalSpacing() : 0;
        }
    }
    return width;
}

void HelpPlace::fit(int width)
{
    const int room = width - leastWidth() - m_grid.horizontalSpacing();
    const bool isBelow = room < m_help.fontMetrics().averageCharWidth() * kLeastLetters;
    if (isBelow != m_isBelow) {
        m_isBelow = isBelow;
        place();
    }
}

void HelpPlace::place()
{
    m_grid.removeWidget(&m_help);
    m_grid.addWidget(&m_help, m_isBelow ? 1 : 0, m_isBelow ? m_column : m_column + 1, 1,
                     m_isBelow ? 2 : 1);
}

} // namespace espalier
