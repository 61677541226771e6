// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/Table.h"

#include "core/base/Error.h"
#include "core/data/JsonRecords.h"

#include <algorithm>
#include <unordered_map>

namespace espalier {

namespace {

std::string listOf(const std::vector<std::string>& names)
{
    std::string list;
    for (const std::string& name : names) {
        list += (list.empty() ? "" : ", ") + ("\"" + name + "\"");
    }
    return list.empty() ? "none" : list;
}

/// Cuts CSV or TSV into rows of cells, one row a call.
class RowCutter {
public:
    RowCutter(std::string_view content, const std::string& name, TableForm form)
        : m_content(content)
        , m_name(name)
        , m_comma(form == TableForm::Csv ? ',' : '\t')
        , m_quotes(form == TableForm::Csv)
    {
    }

    std::optional<TableRow> next()
    {
        while (m_at < m_content.size() && skipLineEnd()) {
        }
        if (m_at >= m_content.size()) {
            return std::nullopt;
        }
        TableRow row{.line = m_line};
        bool more = true;
        while (more) {
            m_field = row.cells.size() + 1;
            row.cells.emplace_back(m_quotes && at(m_at) == '"' ? quotedCell() : plainCell());
            more = at(m_at) == m_comma && m_at < m_content.size();
            m_at += more ? 1 : 0;
        }
        skipLineEnd();
        return row;
    }

private:
    char at(std::size_t position) const
    {
        return position < m_content.size() ? m_content[position] : '\0';
    }

    bool isLineEnd(std::size_t position) const
    {
        return at(position) == '\n' || (at(position) == '\r' && at(position + 1) == '\n');
    }

    bool skipLineEnd()
    {
        if (!isLineEnd(m_at)) {
            return false;
        }
        m_at += at(m_at) == '\r' ? 2 : 1;
        ++m_line;
        return true;
    }

    bool cellEndsHere() const
    {
        return m_at >= m_content.size() || m_content[m_at] == m_comma || isLineEnd(m_at);
    }

    std::string plainCell()
    {
        const std::size_t begin = m_at;
        while (!cellEndsHere()) {
            ++m_at;
        }
        std::size_t end = m_at;
        // A last line that ends in CR only, because the file was cut there.
        end -= m_at >= m_content.size() && end > begin && m_content[end - 1] == '\r' ? 1 : 0;
        return std::string(m_content.substr(begin, end - begin));
    }

    std::string quotedCell()
    {
        const std::size_t opened = m_line;
        std::string cell;
        ++m_at;
        while (true) {
            const std::size_t quote = m_content.find('"', m_at);
            if (quote == std::string_view::npos) {
                refuse(ErrorCode::Corrupt, opened, "the quote opened here is never closed");
            }
            const std::string_view piece = m_content.substr(m_at, quote - m_at);
            m_line += static_cast<std::size_t>(std::ranges::count(piece, '\n'));
            cell += piece;
            m_at = quote + 1;
            if (at(m_at) != '"') {
                break;
            }
            cell += '"';
            ++m_at;
        }
        if (!cellEndsHere()) {
            refuse(
                ErrorCode::InvalidInput, m_line,
                "text follows the closing quote; a quote inside a quoted field is written twice");
        }
        return cell;
    }

    [[noreturn]] void refuse(ErrorCode code, std::size_t line, const std::string& why) const
    {
        throw Error(code, placeOf(m_name, line) + ", field " + std::to_string(m_field) + ": " +
                              why + ".");
    }

    std::string_view m_content;
    const std::string& m_name;
    char m_comma;
    bool m_quotes;
    std::size_t m_at = 0;
    std::size_t m_line = 1;
    std::size_t m_field = 1;
};

void checkFields(const Table& table, std::size_t line)
{
    for (std::size_t i = 0; i < table.fields.size(); ++i) {
        const auto rest = table.fields.begin() + static_cast<std::ptrdiff_t>(i) + 1;
        if (std::find(rest, table.fields.end(), table.fields[i]) != table.fields.end()) {
            throw Error(ErrorCode::InvalidInput, placeOf(table.name, line) + ": the field \"" +
                                                     table.fields[i] +
                                                     "\" is named twice. Rename one of them.");
        }
    }
}

void checkWidth(const Table& table, const TableRow& row)
{
    const std::size_t found = row.cells.size();
    const std::size_t wanted = table.fields.size();
    if (found == wanted) {
        return;
    }
    const std::string which = found < wanted
                                  ? "\"" + table.fields[found] + "\" is the first that is missing"
                                  : "what follows \"" + table.fields.back() + "\" has no name";
    throw Error(ErrorCode::InvalidInput, placeOf(table.name, row.line) + " has " +
                                             std::to_string(found) + " fields, " +
                                             std::to_string(wanted) + " are named: " + which + ".");
}

void readRows(Table& table, std::string_view content, const TableOptions& options)
{
    RowCutter cutter(content, table.name, *options.form);
    table.fields = options.fields;
    std::size_t namesLine = 1;
    if (table.fields.empty()) {
        if (const auto names = cutter.next()) {
            namesLine = names->line;
            for (const auto& cell : names->cells) {
                table.fields.push_back(*cell);
            }
        }
    }
    checkFields(table, namesLine);
    while (auto row = cutter.next()) {
        checkWidth(table, *row);
        table.rows.push_back(std::move(*row));
    }
}

std::optional<std::string> cellOf(const Json& value, const std::string& place,
                                  const std::string& field)
{
    if (value.is_null()) {
        return std::nullopt;
    }
    if (value.is_structured()) {
        throw Error(ErrorCode::InvalidInput, place + ", field \"" + field + "\" holds an " +
                                                 value.type_name() +
                                                 "; a table holds texts, numbers and booleans.");
    }
    return value.is_string() ? value.get<std::string>() : compactText(value);
}

void readJson(Table& table, std::string_view content)
{
    std::unordered_map<std::string, std::size_t> places;
    readJsonRecords(content, table.name, [&](const Json& record, std::size_t line) {
        TableRow row{.line = line};
        row.cells.resize(table.fields.size());
        for (const auto& [field, value] : record.items()) {
            const auto [place, isNew] = places.emplace(field, table.fields.size());
            if (isNew) {
                table.fields.push_back(field);
                row.cells.emplace_back();
            }
            row.cells[place->second] = cellOf(value, placeOf(table.name, line), field);
        }
        table.rows.push_back(std::move(row));
    });
    // Rows from before a field was first seen do not have it.
    for (TableRow& row : table.rows) {
        row.cells.resize(table.fields.size());
    }
}

} // namespace

std::optional<std::size_t> Table::find(std::string_view field) const
{
    const auto found = std::ranges::find(fields, field);
    return found == fields.end() ? std::nullopt
                                 : std::optional(static_cast<std::size_t>(found - fields.begin()));
}

std::size_t Table::require(std::string_view field) const
{
    const auto found = find(field);
    if (!found) {
        throw Error(ErrorCode::NotFound, name + " has no field \"" + std::string(field) +
                                             "\". It has: " + listOf(fields) + ".");
    }
    return *found;
}

const std::string& Table::cell(const TableRow& row, std::size_t field) const
{
    const auto& cell = row.cells.at(field);
    if (!cell) {
        throw Error(ErrorCode::InvalidInput, placeOf(name, row.line) + ": the field \"" +
                                                 fields.at(field) + "\" is missing or null.");
    }
    return *cell;
}

std::optional<TableForm> tableFormOf(const Path& file)
{
    Path name = file.filename();
    if (name.extension() == ".gz" || name.extension() == ".zst") {
        name = name.stem();
    }
    const Path ending = name.extension();
    if (ending == ".csv") {
        return TableForm::Csv;
    }
    if (ending == ".tsv" || ending == ".tab") {
        return TableForm::Tsv;
    }
    return ending == ".jsonl" || ending == ".json" ? std::optional(TableForm::JsonLines)
                                                   : std::nullopt;
}

Table readTable(const Path& file, const TableOptions& options)
{
    TableOptions known = options;
    known.form = options.form ? options.form : tableFormOf(file);
    if (!known.form) {
        throw Error(ErrorCode::InvalidInput,
                    file.string() + " does not say by its name what it is. Name it .csv, .tsv or "
                                    ".jsonl, with .gz or .zst behind it where it is packed.");
    }
    return parseTable(readUtf8File(file), file.string(), known);
}

Table parseTable(std::string_view content, const std::string& name, const TableOptions& options)
{
    if (!options.form) {
        throw Error(ErrorCode::InvalidInput,
                    name + ": the form of a table in memory must be given: CSV, TSV or JSON.");
    }
    Table table{.name = name};
    if (*options.form == TableForm::JsonLines) {
        readJson(table, content);
    } else {
        readRows(table, content, options);
    }
    if (table.rows.empty()) {
        throw Error(ErrorCode::InvalidInput, name + " holds no record. Name a file with some.");
    }
    return table;
}

} // namespace espalier
