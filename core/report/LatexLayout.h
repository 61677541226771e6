// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/Report.h"

#include <cstddef>
#include <string>
#include <vector>

namespace espalier {

/// How a table is cut so that it fits the text of a page. Widths are estimates from characters:
/// LaTeX knows the real ones only once it runs.
struct LatexLayout {
    struct Column {
        std::vector<std::string> heading = {}; // lines, with unit and protocol below
        std::size_t titleLines = 0;            // how many of them are the title
        std::string alignment = {};            // "r", "l", or a paragraph where texts are long
        double width = 0;                      // pt, with its share of the gaps
    };

    std::vector<Column> columns = {};
    /// Columns of each table, left to right; those that name the row come again in every one.
    std::vector<std::vector<std::size_t>> parts = {};
};

/// For \footnotesize in `textWidth` pt (345: the article class on its own).
LatexLayout layoutForLatex(const ReportTable& table, double textWidth = 345);

} // namespace espalier
