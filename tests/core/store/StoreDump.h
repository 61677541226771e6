// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/Database.h"

#include <string>
#include <vector>

namespace espalier::test {

/// One line per row of what `sql` answers.
inline std::string rowsOf(Database& database, const std::string& sql)
{
    Statement rows(database, sql.c_str());
    std::string text;
    while (rows.step()) {
        for (int column = 0; column < rows.columns(); ++column) {
            text += (rows.isNull(column) ? "NULL" : rows.text(column)) + "|";
        }
        text += "\n";
    }
    return text;
}

/// Every row of every table, ids included.
inline std::string dumpOf(const Path& workspace)
{
    Database database(workspace / "espalier.db", DatabaseAccess::Read);
    Statement tables(database, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    std::string text;
    while (tables.step()) {
        text += "== " + tables.text(0) + "\n" + rowsOf(database, "SELECT * FROM " + tables.text(0));
    }
    return text;
}

inline std::string schemaOf(Database& database)
{
    return rowsOf(database,
                  "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name");
}

} // namespace espalier::test
