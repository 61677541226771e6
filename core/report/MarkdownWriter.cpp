// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/ReportWriters.h"

#include <algorithm>

namespace espalier {

namespace {

/// Inside a table cell or a sentence.
std::string escaped(std::string_view text)
{
    std::string result;
    for (const char character : text) {
        if (std::string_view("\\|*_`<>[]").find(character) != std::string_view::npos) {
            result += '\\';
        }
        result += character == '\n' ? ' ' : character;
    }
    return result;
}

std::string arrowOf(BetterDirection better)
{
    return better == BetterDirection::Lower ? " ↓" : better == BetterDirection::Higher ? " ↑" : "";
}

std::string tableText(const ReportTable& table)
{
    std::string header = "|";
    std::string rule = "|";
    for (const ReportColumn& column : table.columns) {
        header.append(" ").append(escaped(column.heading)).append(arrowOf(column.better));
        if (!column.detail.empty()) {
            header.append(" (").append(escaped(column.detail)).append(")");
        }
        header += " |";
        rule += column.numeric ? " ---: |" : " --- |";
    }
    std::string text = escaped(table.caption) + "\n\n" + header + "\n" + rule + "\n";
    for (const std::vector<ReportCell>& row : table.rows) {
        text += "|";
        for (const ReportCell& cell : row) {
            const char* bold = cell.best ? "**" : "";
            text.append(" ").append(bold).append(escaped(cell.text)).append(bold).append(" |");
        }
        text += "\n";
    }
    for (const std::string& note : table.notes) {
        text.append("\n").append(escaped(note)).append("\n");
    }
    return text + "\n";
}

std::string listText(const char* heading, const std::vector<std::string>& sentences)
{
    if (sentences.empty()) {
        return {};
    }
    std::string text = std::string("## ") + heading + "\n\n";
    for (const std::string& sentence : sentences) {
        text += "- " + escaped(sentence) + "\n";
    }
    return text + "\n";
}

/// A fence longer than any run of backticks inside.
std::string codeBlock(const std::string& code)
{
    std::size_t longest = 2;
    std::size_t run = 0;
    for (const char character : code) {
        run = character == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    const std::string fence(longest + 1, '`');
    return fence + "sh\n" + code + "\n" + fence + "\n\n";
}

} // namespace

std::string markdownReport(const Report& report)
{
    std::string text = "# " + escaped(report.title) + "\n\n";
    if (!report.subtitle.empty()) {
        text += escaped(report.subtitle) + "\n\n";
    }
    text += listText("Read before quoting", report.notes) + listText("Protocol", report.protocol) +
            listText("Findings", report.findings);
    text += report.tables.empty() ? "" : "## Tables\n\n";
    for (std::size_t i = 0; i < report.tables.size(); ++i) {
        text += "**Table " + std::to_string(i + 1) + ".** " + tableText(report.tables[i]);
    }
    text += report.figures.empty() ? "" : "## Figures\n\n";
    for (std::size_t i = 0; i < report.figures.size(); ++i) {
        const ReportFigure& figure = report.figures[i];
        text += "![Figure " + std::to_string(i + 1) + "](figures/" + fileNameOf(figure.id) +
                ".svg)\n\n**Figure " + std::to_string(i + 1) + ".** " + escaped(figure.caption) +
                "\n\n";
    }
    text += report.runs.empty() ? "" : "## Runs\n\n";
    for (const ReportRun& run : report.runs) {
        text += "### " + escaped(run.heading) + "\n\n" +
                (run.command.empty() ? "" : codeBlock(run.command));
        for (const auto& [name, value] : run.facts) {
            text += "- " + escaped(name) + ": " + escaped(value) + "\n";
        }
        text += "\n";
    }
    return text;
}

} // namespace espalier
