// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QGridLayout;
class QLabel;

namespace espalier {

/// Where the help of a form's row stands: beside its editor while there is room for some words,
/// else below it. The grid has the editor in `column` of its first row; the second row is the
/// help's.
class HelpPlace {
public:
    HelpPlace(QGridLayout& grid, QLabel& help, int column);

    /// To be told when the row's width or what stands before the help has changed.
    void fit(int width);
    /// The width up to and including the editor: a row needs no more.
    int leastWidth() const;

    bool isBelow() const { return m_isBelow; }

private:
    void place();

    QGridLayout& m_grid;
    QLabel& m_help;
    int m_column;
    bool m_isBelow = false;
};

} // namespace espalier
