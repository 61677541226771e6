// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/ReportWriters.h"
#include "core/report/SvgCanvas.h"

#include <algorithm>

namespace espalier {

namespace {

constexpr std::size_t kMostWideColumns = 8; // more, and the type gets smaller

constexpr const char* kStyle = R"(
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 7.6in; padding: 0.4in 0.2in; background: #FFFFFF; color: #1A2025;
  font: 11pt/1.4 "Times New Roman", Times, "Liberation Serif", "Noto Serif", "Noto Serif CJK SC", serif; }
h1 { font-size: 18pt; font-weight: normal; text-align: center; margin: 0 0 4pt; }
h2 { font-size: 13pt; margin: 18pt 0 6pt; }
h3 { font-size: 11pt; margin: 12pt 0 3pt; }
p, li { margin: 3pt 0; }
.subtitle { text-align: center; color: #525D66; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 9pt; line-height: 1.25; margin: 4pt 0; width: 100%;
  border-top: 1.2pt solid #1A2025; border-bottom: 1.2pt solid #1A2025; }
caption, figcaption { caption-side: top; text-align: left; font-size: 10pt; padding: 3pt 0; }
th, td { padding: 1.5pt 0 1.5pt 5pt; text-align: left; vertical-align: top; }
th:first-child, td:first-child { padding-left: 0; }
th { font-weight: normal; vertical-align: bottom; }
tr.break td { border-top: 0.4pt solid #B7BEC4; }
.wide { font-size: 8pt; }
.wide th, .wide td { padding-left: 3.5pt; }
.wide th:first-child, .wide td:first-child { padding-left: 0; }
.wide .number small { display: block; color: #525D66; }
thead tr:last-child th { border-bottom: 0.6pt solid #1A2025; padding-bottom: 3pt; }
th.number { white-space: normal; max-width: 0.9in; }
.facts tbody td:first-child { min-width: 1.3in; width: 25%; }
th small { display: block; color: #525D66; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums lining-nums; }
.note, .facts { color: #525D66; font-size: 9pt; }
.warning { border-left: 2pt solid #835300; padding-left: 22pt; }
figure { margin: 12pt 0; page-break-inside: avoid; break-inside: avoid; }
figure > svg { max-width: 100%; height: auto; display: block; margin: 0 auto; }
pre { font: 8.5pt/1.35 "DejaVu Sans Mono", Menlo, Consolas, monospace; white-space: pre-wrap;
  overflow-wrap: anywhere; background: #F7F8F9; padding: 5pt 7pt; margin: 3pt 0;
  -webkit-user-select: all; user-select: all; }
.facts td { overflow-wrap: anywhere; }
.facts table, table.facts { border: none; }
@page { size: A4; margin: 16mm; }
@media print { body { max-width: none; padding: 0; } .scroll { overflow: visible; }
  table { page-break-inside: auto; } tr { page-break-inside: avoid; } h2, h3 { page-break-after: avoid; } }
)";

std::string element(const char* name, std::string_view text)
{
    const std::string tag(name);
    return std::string("<").append(tag).append(">") + xmlEscaped(text).append("</").append(tag) +
           ">\n";
}

std::string listText(const char* heading, const std::vector<std::string>& sentences,
                     const char* kind = "")
{
    if (sentences.empty()) {
        return {};
    }
    std::string text = element("h2", heading) + "<ul" + kind + ">\n";
    for (const std::string& sentence : sentences) {
        text += element("li", sentence);
    }
    return text + "</ul>\n";
}

std::string arrowOf(BetterDirection better)
{
    return better == BetterDirection::Lower    ? "\u00A0↓"
           : better == BetterDirection::Higher ? "\u00A0↑"
                                               : "";
}

/// In a wide table the deviation goes under the mean.
std::string numberText(const std::string& text, bool wide)
{
    constexpr std::string_view kBetween = "\u00A0±";
    const std::size_t at = wide ? text.find(kBetween) : std::string::npos;
    return at == std::string::npos
               ? text
               : text.substr(0, at) + "<small>±" + text.substr(at + kBetween.size()) + "</small>";
}

std::string cellText(const ReportCell& cell, bool numeric, bool wide)
{
    std::string text = numeric ? "<td class=\"number\"" : "<td";
    if (!cell.absent.empty()) {
        text += " title=\"" + xmlEscaped(cell.absent) + "\"";
    }
    const std::string content = numberText(xmlEscaped(cell.text), wide);
    return text + ">" + (cell.best ? "<b>" + content + "</b>" : content) + "</td>";
}

std::string tableText(const ReportTable& table, std::size_t number)
{
    const bool wide = table.columns.size() > kMostWideColumns;
    std::string text = std::string("<div class=\"scroll\"><table") +
                       (wide ? " class=\"wide\"" : "") + ">\n<caption><b>Table " +
                       std::to_string(number) + ".</b> " + xmlEscaped(table.caption) +
                       "</caption>\n<thead><tr>";
    for (const ReportColumn& column : table.columns) {
        text += column.numeric ? "<th class=\"number\">" : "<th>";
        text += xmlEscaped(column.heading) + arrowOf(column.better);
        text += column.detail.empty() ? "</th>"
                                      : "<small>" + xmlEscaped(column.detail) + "</small></th>";
    }
    text += "</tr></thead>\n<tbody>\n";
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        const std::vector<ReportCell>& row = table.rows[r];
        text += std::ranges::find(table.breaks, r) != table.breaks.end() ? "<tr class=\"break\">"
                                                                         : "<tr>";
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += cellText(row[i], table.columns[i].numeric, wide);
        }
        text += "</tr>\n";
    }
    text += "</tbody></table></div>\n";
    for (const std::string& note : table.notes) {
        text += "<p class=\"note\">" + xmlEscaped(note) + "</p>\n";
    }
    return text;
}

std::string figureText(const ReportFigure& figure, std::size_t number)
{
    std::string svg = toSvg(figure.chart, figure.caption, figure.size);
    // Inside HTML the namespace is known; without it the page holds no address at all.
    constexpr std::string_view kNamespace = " xmlns=\"http://www.w3.org/2000/svg\"";
    if (const std::size_t at = svg.find(kNamespace); at != std::string::npos) {
        svg.erase(at, kNamespace.size());
    }
    return "<figure>\n" + svg + "<figcaption><b>Figure " + std::to_string(number) + ".</b> " +
           xmlEscaped(figure.caption) + "</figcaption>\n</figure>\n";
}

std::string runText(const ReportRun& run)
{
    std::string text = element("h3", run.heading) +
                       (run.command.empty() ? "" : element("pre", run.command)) +
                       "<table class=\"facts\">\n<tbody>\n";
    for (const auto& [name, value] : run.facts) {
        text += "<tr><td>" + xmlEscaped(name) + "</td><td>" + xmlEscaped(value) + "</td></tr>\n";
    }
    return text + "</tbody></table>\n";
}

} // namespace

std::string htmlReport(const Report& report)
{
    std::string text = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width\">\n" +
                       element("title", report.title) + "<style>" + kStyle +
                       "</style>\n</head>\n<body>\n" + element("h1", report.title);
    if (!report.subtitle.empty()) {
        text += "<p class=\"subtitle\">" + xmlEscaped(report.subtitle) + "</p>\n";
    }
    text += listText("Read before quoting", report.notes, " class=\"warning\"") +
            listText("Protocol", report.protocol) + listText("Findings", report.findings);
    text += report.tables.empty() ? "" : element("h2", "Tables");
    for (std::size_t i = 0; i < report.tables.size(); ++i) {
        text += tableText(report.tables[i], i + 1);
    }
    text += report.figures.empty() ? "" : element("h2", "Figures");
    for (std::size_t i = 0; i < report.figures.size(); ++i) {
        text += figureText(report.figures[i], i + 1);
    }
    text += report.runs.empty() ? "" : element("h2", "Runs, and the commands that repeat them");
    for (const ReportRun& run : report.runs) {
        text += runText(run);
    }
    return text + "</body>\n</html>\n";
}

} // namespace espalier
