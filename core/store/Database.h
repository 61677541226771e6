// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace espalier {

/// How a database file is opened. Immutable: on a read-only folder, where SQLite cannot make its
/// own files.
enum class DatabaseAccess { Write = 1, Read, ReadImmutable };

/// One SQLite connection. Every failure is an Error in words: Corrupt for a damaged file, Io for
/// the rest.
class ESPALIER_API Database {
public:
    Database(const Path& file, DatabaseAccess access);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// One or more statements without parameters or rows.
    void execute(const char* sql);
    /// SQLite ends a transaction by itself after some failures (a full disk); this is fine with
    /// both.
    void rollBack();
    bool isInTransaction() const;
    /// First column of the first row.
    std::int64_t integer(const char* sql);
    std::string text(const char* sql);

    const Path& file() const { return m_file; }

    sqlite3* handle() const { return m_handle; }

    /// Throws for an SQLite result code that is no success.
    [[noreturn]] void fail(int code) const;

private:
    void close();

    Path m_file;
    sqlite3* m_handle = nullptr;
};

/// Works while a writer is at work, and on a read-only folder.
ESPALIER_API std::unique_ptr<Database> openForReading(const Path& file);

/// One prepared statement; parameters and columns count from 1 and 0, as SQLite counts them.
class ESPALIER_API Statement {
public:
    Statement(Database& database, const char* sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, std::string_view value);
    /// NaN becomes NULL.
    Statement& bind(int index, double value);
    Statement& bindNull(int index);

    /// Resets and binds all parameters in order.
    template <class... Values>
    Statement& with(const Values&... values)
    {
        reset();
        int index = 0;
        (bind(++index, values), ...);
        return *this;
    }

    /// True while there is a row.
    bool step();
    /// Runs to the end and resets.
    void run();
    void reset();

    std::int64_t integer(int column) const;
    /// NULL is NaN.
    double real(int column) const;
    std::string text(int column) const;
    bool isNull(int column) const;
    int columns() const;

private:
    Database& m_database;
    sqlite3_stmt* m_handle = nullptr;
};

} // namespace espalier
