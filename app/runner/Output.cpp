// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Output.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <unistd.h>

namespace espalier::cli {

namespace {

constexpr int kBarCells = 24;

std::size_t width(const std::string& text)
{
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }));
}

bool looksNumeric(const std::string& text)
{
    return text.empty() || text == "-" ||
           (text.find_first_not_of("0123456789.+-e%x ") == std::string::npos);
}

} // namespace

void printJson(const Json& document)
{
    std::printf("%s\n", document.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
}

Json errorJson(std::string_view code, std::string_view message, std::string_view during)
{
    return {{"code", code}, {"message", message}, {"during", during}};
}

void printTable(const std::vector<std::vector<std::string>>& rows)
{
    if (rows.empty()) {
        return;
    }
    const std::size_t columns = rows.front().size();
    std::vector<std::size_t> widths(columns, 0);
    std::vector<bool> numeric(columns, true);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
            widths[column] = std::max(widths[column], width(rows[row][column]));
            numeric[column] = numeric[column] && (row == 0 || looksNumeric(rows[row][column]));
        }
    }
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t column = 0; column < columns; ++column) {
            const std::string padding(widths[column] - width(row[column]), ' ');
            line += numeric[column] ? padding + row[column] : row[column] + padding;
            line += column + 1 < columns ? "  " : "";
        }
        line.erase(line.find_last_not_of(' ') + 1);
        std::printf("%s\n", line.c_str());
    }
}

std::string durationText(double seconds)
{
    const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
    if (whole < 60) {
        return std::to_string(whole) + " s";
    }
    if (whole < 3600) {
        return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
    }
    return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

ProgressLine::ProgressLine()
    : m_terminal(::isatty(STDERR_FILENO) == 1)
{
}

ProgressLine::~ProgressLine()
{
    clear();
}

void ProgressLine::show(const std::string& label, std::int64_t done, std::int64_t total,
                        double secondsLeft)
{
    if (!m_terminal) {
        return;
    }
    std::string text = label;
    if (total > 0) {
        const auto share = static_cast<double>(done) / static_cast<double>(total);
        const int full = std::clamp(static_cast<int>(share * kBarCells), 0, kBarCells);
        text += " |" + std::string(static_cast<std::size_t>(full), '#') +
                std::string(static_cast<std::size_t>(kBarCells - full), '.') + "| " +
                std::to_string(static_cast<int>(100 * share)) + " %";
    }
    if (secondsLeft >= 0) {
        text += ", " + durationText(secondsLeft) + " left";
    }
    std::fprintf(stderr, "\r\033[K%s", text.c_str());
    std::fflush(stderr);
    m_drawn = true;
}

void ProgressLine::clear()
{
    if (m_drawn) {
        std::fprintf(stderr, "\r\033[K");
        std::fflush(stderr);
        m_drawn = false;
    }
}

} // namespace espalier::cli
