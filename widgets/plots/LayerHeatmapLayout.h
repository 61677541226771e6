// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/LayerHeatmap.h"

#include <QFont>
#include <QRect>

namespace espalier {

/// Where everything on the board is, for one size of the widget.
struct LayerHeatmap::Layout {
    QFont font;     // captions and values
    int labels = 0; // width left of the cells
    int cellWidth = 0;
    int cellHeight = 0;
    int legendTop = 0;
    int legendHeight = 0;
    int sparsityTop = 0;
    int numbersTop = 0; // block numbers between the strips
    int errorTop = 0;
    int timesTop = 0;
    int timesHeight = 0;
    int linears = 0;
    int blocks = 0;

    int right() const { return labels + blocks * cellWidth; }

    int top(Strip strip) const { return strip == Strip::Sparsity ? sparsityTop : errorTop; }

    QRect cell(Strip strip, LayerPlace place) const
    {
        return {labels + place.block * cellWidth, top(strip) + place.linear * cellHeight, cellWidth,
                cellHeight};
    }

    QRect strip(Strip which) const
    {
        return {labels, top(which), blocks * cellWidth, linears * cellHeight};
    }

    bool printsValues() const { return cellWidth >= 26 && cellHeight >= 14; }
};

} // namespace espalier
