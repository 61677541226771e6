// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

enum class TableForm { Csv = 1, Tsv, JsonLines };

struct TableOptions {
    std::optional<TableForm> form = {}; // nothing: by the file's name
    /// The fields of a CSV or TSV file that has no line of names; empty: its first line names them.
    std::vector<std::string> fields = {};
};

struct TableRow {
    std::size_t line = 0; // where it starts in the file, from 1
    /// One a field, in their order; nothing: the JSON record has no such field, or null.
    std::vector<std::optional<std::string>> cells = {};
};

/// Records of named fields.
struct ESPALIER_API Table {
    std::string name = {}; // for messages: the file
    std::vector<std::string> fields = {};
    std::vector<TableRow> rows = {};

    /// The place of a field, if it is there.
    std::optional<std::size_t> find(std::string_view field) const;
    /// Throws NotFound with the fields there are.
    std::size_t require(std::string_view field) const;
    /// Throws InvalidInput with file, line and field where the cell is missing.
    const std::string& cell(const TableRow& row, std::size_t field) const;
};

/// .csv, .tsv and .tab, .jsonl and .json, each also with .gz or .zst behind it.
ESPALIER_API std::optional<TableForm> tableFormOf(const Path& file);

/// Reads CSV (RFC 4180: quotes, doubled quotes, line ends inside quotes), TSV (as GLUE has it: a
/// tab always parts, a quote is a character like any other) or JSON records (lines or one array;
/// numbers and booleans as JSON writes them); gzip and Zstandard as they are. Lines end in LF or
/// CRLF; blank lines are passed over. Throws NotFound, Io, Corrupt (with the line where a quote was
/// opened and never closed) or InvalidInput (with line, field and both counts for a row that is too
/// long or too short, names given twice, nested JSON values, an unknown file name).
ESPALIER_API Table readTable(const Path& file, const TableOptions& options = {});
/// The same for text in memory; `options.form` must be given.
ESPALIER_API Table parseTable(std::string_view content, const std::string& name,
                              const TableOptions& options);

} // namespace espalier
