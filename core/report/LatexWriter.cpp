// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/LatexLayout.h"
#include "core/report/ReportWriters.h"

#include <algorithm>
#include <utility>

namespace espalier {

namespace {

constexpr std::pair<std::string_view, std::string_view> kLatex[] = {
    {"\\", "\\textbackslash{}"},
    {"{", "\\{"},
    {"}", "\\}"},
    {"$", "\\$"},
    {"&", "\\&"},
    {"%", "\\%"},
    {"#", "\\#"},
    {"_", "\\_"},
    {"~", "\\textasciitilde{}"},
    {"^", "\\textasciicircum{}"},
    {"<", "\\textless{}"},
    {">", "\\textgreater{}"},
    {"|", "\\textbar{}"},
    {"\u202F", "\\,"},
    {"\u00A0", "~"},
    {"±", "$\\pm$"},
    {"×", "$\\times$"},
    {"\u2212", "$-$"},
    {"\u2013", "--"},
    {"∞", "$\\infty$"},
    {"‖", "$\\|$"},
    {"Δ", "$\\Delta$"},
    {"…", "\\ldots{}"},
    {"→", "$\\to$"},
    {"⁻", "\\textsuperscript{$-$}"},
    {"⁰", "\\textsuperscript{0}"},
    {"¹", "\\textsuperscript{1}"},
    {"²", "\\textsuperscript{2}"},
    {"³", "\\textsuperscript{3}"},
    {"⁴", "\\textsuperscript{4}"},
    {"⁵", "\\textsuperscript{5}"},
    {"⁶", "\\textsuperscript{6}"},
    {"⁷", "\\textsuperscript{7}"},
    {"⁸", "\\textsuperscript{8}"},
    {"⁹", "\\textsuperscript{9}"},
    {"‘", "`"},
};

std::string arrowOf(BetterDirection better)
{
    return better == BetterDirection::Lower    ? " $\\downarrow$"
           : better == BetterDirection::Higher ? " $\\uparrow$"
                                               : "";
}

std::string cellText(const ReportCell& cell)
{
    const std::string text = latexEscaped(cell.text);
    return cell.best ? "\\textbf{" + text + "}" : text;
}

std::string joinedRow(const std::vector<std::string>& cells)
{
    std::string text;
    for (const std::string& cell : cells) {
        text += (text.empty() ? "    " : " & ") + (cell.empty() ? std::string("{}") : cell);
    }
    return text + " \\\\\n";
}

/// Title, unit and protocol in one cell of several lines.
std::string headingCell(const ReportColumn& column, const LatexLayout::Column& layout)
{
    std::string text;
    for (std::size_t i = 0; i < layout.heading.size(); ++i) {
        text += (i == 0 ? "" : "\\\\") + latexEscaped(layout.heading[i]);
        text += i + 1 == layout.titleLines ? arrowOf(column.better) : "";
    }
    return layout.heading.size() < 2
               ? text
               : std::string("\\shortstack[") + (column.numeric ? "r" : "l") + "]{" + text + "}";
}

/// One table: the columns of `part`, all rows, the notes behind the last.
std::string tablePart(const ReportTable& table, const LatexLayout& layout, std::size_t part)
{
    const std::vector<std::size_t>& columns = layout.parts[part];
    const bool isLast = part + 1 == layout.parts.size();
    std::string alignment;
    std::vector<std::string> headings;
    for (const std::size_t column : columns) {
        alignment += layout.columns[column].alignment;
        headings.push_back(headingCell(table.columns[column], layout.columns[column]));
    }
    const std::string number = part == 0 ? "" : "-" + std::to_string(part + 1);
    const std::string continued = part == 0 ? "" : " (continued)";
    std::string text = "\\begin{table}\n  \\centering\n  \\footnotesize\n  "
                       "\\setlength{\\tabcolsep}{4pt}\n  \\caption{" +
                       latexEscaped(table.caption + continued) +
                       "}\n  \\label{tab:" + fileNameOf(table.id) + number +
                       "}\n  \\begin{tabular}{" + alignment + "}\n    \\toprule\n" +
                       joinedRow(headings) + "    \\midrule\n";
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        if (std::ranges::find(table.breaks, row) != table.breaks.end()) {
            text += "    \\addlinespace\n";
        }
        std::vector<std::string> cells;
        for (const std::size_t column : columns) {
            cells.push_back(cellText(table.rows[row][column]));
        }
        text += joinedRow(cells);
    }
    text += "    \\bottomrule\n  \\end{tabular}\n";
    for (const std::string& note : table.notes) {
        text += isLast ? "\n  {\\footnotesize " + latexEscaped(note) + "}\n" : "";
    }
    return text + "\\end{table}\n";
}

} // namespace

std::string latexEscaped(std::string_view text)
{
    std::string result;
    while (!text.empty()) {
        bool replaced = false;
        for (const auto& [from, to] : kLatex) {
            if (text.starts_with(from)) {
                result += to;
                text.remove_prefix(from.size());
                replaced = true;
                break;
            }
        }
        if (!replaced) {
            result += text.front();
            text.remove_prefix(1);
        }
    }
    return result;
}

std::string latexTable(const ReportTable& table)
{
    const LatexLayout layout = layoutForLatex(table);
    std::string text = "% Needs \\usepackage{array} and \\usepackage{booktabs}.\n";
    for (std::size_t part = 0; part < layout.parts.size(); ++part) {
        text += tablePart(table, layout, part);
    }
    return text;
}

} // namespace espalier
