// SPDX-License-Identifier: GPL-3.0-or-later
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
    std::string alignment;
    std::vector<std::string> headings;
    std::vector<std::string> details;
    bool anyDetail = false;
    for (const ReportColumn& column : table.columns) {
        alignment += column.numeric ? 'r' : 'l';
        headings.push_back(latexEscaped(column.heading) + arrowOf(column.better));
        details.push_back(latexEscaped(column.detail));
        anyDetail = anyDetail || !column.detail.empty();
    }
    std::string text = "% Needs \\usepackage{booktabs}.\n\\begin{table}\n  \\centering\n  "
                       "\\footnotesize\n  \\setlength{\\tabcolsep}{4pt}\n  \\caption{" +
                       latexEscaped(table.caption) + "}\n  \\label{tab:" + fileNameOf(table.id) +
                       "}\n  \\begin{tabular}{" + alignment + "}\n    \\toprule\n" +
                       joinedRow(headings);
    if (anyDetail) {
        text += joinedRow(details);
    }
    text += "    \\midrule\n";
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        if (std::ranges::find(table.breaks, row) != table.breaks.end()) {
            text += "    \\addlinespace\n";
        }
        std::vector<std::string> cells;
        for (const ReportCell& cell : table.rows[row]) {
            cells.push_back(cellText(cell));
        }
        text += joinedRow(cells);
    }
    text += "    \\bottomrule\n  \\end{tabular}\n";
    for (const std::string& note : table.notes) {
        text += "\n  {\\footnotesize " + latexEscaped(note) + "}\n";
    }
    return text + "\\end{table}\n";
}

} // namespace espalier
