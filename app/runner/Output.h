// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/base/Json.h"

#include <string>
#include <string_view>
#include <vector>

namespace espalier::cli {

/// The one JSON document of a verb, indented, on stdout.
void printJson(const Json& document);

/// What a document says under "error": code, message, and what was going on.
Json errorJson(std::string_view code, std::string_view message, std::string_view during);

/// A table with a header row; columns padded, numbers right-aligned where every cell below the
/// header is one.
void printTable(const std::vector<std::vector<std::string>>& rows);

/// 3 for input that was refused, 4 for everything that went wrong while running.
int exitCodeOf(ErrorCode code);

/// "1 min 15 s"
std::string durationText(double seconds);

/// A tqdm-like line on stderr, drawn over itself; nothing when stderr is no terminal.
class ProgressLine {
public:
    ProgressLine();
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(const std::string& label, std::int64_t done, std::int64_t total, double secondsLeft);
    void clear();

private:
    bool m_terminal;
    bool m_drawn = false;
};

} // namespace espalier::cli
