// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/LatexLayout.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

namespace espalier {

namespace {

constexpr double kCharacter = 4.4; // pt, mean of digits and letters in \footnotesize
constexpr double kGaps = 8;        // twice \tabcolsep
constexpr std::size_t kLongText = 18;
constexpr double kParagraph = 76; // pt: a text that is longer runs over several lines
constexpr std::size_t kHeadingLine = 11;

/// Code points: bytes that continue one do not count.
std::size_t lengthOf(std::string_view text)
{
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

/// Broken at blanks into lines of about kHeadingLine characters.
void addLines(std::vector<std::string>& lines, const std::string& text)
{
    std::istringstream words(text);
    std::string line;
    for (std::string word; words >> word;) {
        if (!line.empty() && lengthOf(line) + 1 + lengthOf(word) > kHeadingLine) {
            lines.push_back(line);
            line.clear();
        }
        line += (line.empty() ? "" : " ") + word;
    }
    if (!line.empty()) {
        lines.push_back(line);
    }
}

LatexLayout::Column columnOf(const ReportTable& table, std::size_t index)
{
    const ReportColumn& column = table.columns[index];
    LatexLayout::Column result;
    addLines(result.heading, column.heading);
    result.titleLines = result.heading.size();
    addLines(result.heading, column.detail);
    std::size_t heading = 0, longest = 0;
    for (const std::string& line : result.heading) {
        heading = std::max(heading, lengthOf(line));
    }
    heading += column.better == BetterDirection::None ? 0 : 2; // the arrow
    for (const std::vector<ReportCell>& row : table.rows) {
        longest = std::max(longest, lengthOf(row[index].text));
    }
    if (!column.numeric && longest > kLongText) {
        result.alignment = ">{\\raggedright\\arraybackslash}p{" +
                           std::to_string(static_cast<int>(kParagraph)) + "pt}";
        result.width = kParagraph + kGaps;
        return result;
    }
    result.alignment = column.numeric ? "r" : "l";
    result.width = kCharacter * static_cast<double>(std::max(heading, longest)) + kGaps;
    return result;
}

/// What names a row: repeated in every part.
bool namesRow(const ReportColumn& column)
{
    constexpr std::array<std::string_view, 3> kNames{"run", "method", "settings"};
    return std::ranges::find(kNames, column.key) != kNames.end();
}

} // namespace

LatexLayout layoutForLatex(const ReportTable& table, double textWidth)
{
    LatexLayout layout;
    std::vector<std::size_t> names;
    double nameWidth = 0;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        layout.columns.push_back(columnOf(table, i));
        if (namesRow(table.columns[i])) {
            names.push_back(i);
            nameWidth += layout.columns[i].width;
        }
    }
    std::vector<std::size_t> part = names;
    double width = nameWidth;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (namesRow(table.columns[i])) {
            continue;
        }
        if (width + layout.columns[i].width > textWidth && part.size() > names.size()) {
            layout.parts.push_back(part);
            part = names;
            width = nameWidth;
        }
        part.push_back(i);
        width += layout.columns[i].width;
    }
    layout.parts.push_back(part);
    return layout;
}

} // namespace espalier
