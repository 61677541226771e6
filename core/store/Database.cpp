// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Database.h"

#include "core/base/Error.h"

#include <cctype>
#include <cmath>
#include <limits>
#include <sqlite3.h>

namespace espalier {

namespace {

constexpr int kBusyMs = 10000; // a reader that recovers the WAL holds the file for a moment

/// file: URI with everything special escaped.
std::string immutableUri(const Path& file)
{
    constexpr char kDigits[] = "0123456789ABCDEF";
    std::string uri = "file:";
    for (const char letter : std::filesystem::absolute(file).string()) {
        const auto byte = static_cast<unsigned char>(letter);
        const bool plain = std::isalnum(byte) != 0 || letter == '/' || letter == '-' ||
                           letter == '_' || letter == '.';
        if (plain) {
            uri += letter;
        } else {
            uri += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
        }
    }
    return uri + "?mode=ro&immutable=1";
}

int openFlags(DatabaseAccess access)
{
    switch (access) {
    case DatabaseAccess::Write:
        return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    case DatabaseAccess::Read:
        return SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    default:
        return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
    }
}

} // namespace

Database::Database(const Path& file, DatabaseAccess access)
    : m_file(file)
{
    const std::string name =
        access == DatabaseAccess::ReadImmutable ? immutableUri(file) : file.string();
    const int code = sqlite3_open_v2(name.c_str(), &m_handle, openFlags(access), nullptr);
    try {
        if (code != SQLITE_OK) {
            fail(code);
        }
        sqlite3_extended_result_codes(m_handle, 1);
        sqlite3_busy_timeout(m_handle, kBusyMs);
        if (access == DatabaseAccess::Write) {
            execute("PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;");
        }
        integer("SELECT count(*) FROM sqlite_schema"); // the first look at the file's content
    } catch (const Error&) {
        close();
        throw;
    }
}

Database::~Database()
{
    close();
}

void Database::close()
{
    sqlite3_close(m_handle);
    m_handle = nullptr;
}

void Database::execute(const char* sql)
{
    const int code = sqlite3_exec(m_handle, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        fail(code);
    }
}

void Database::rollBack()
{
    if (isInTransaction()) {
        execute("ROLLBACK");
    }
}

bool Database::isInTransaction() const
{
    return sqlite3_get_autocommit(m_handle) == 0;
}

std::int64_t Database::integer(const char* sql)
{
    Statement statement(*this, sql);
    return statement.step() ? statement.integer(0) : 0;
}

std::string Database::text(const char* sql)
{
    Statement statement(*this, sql);
    return statement.step() ? statement.text(0) : std::string();
}

void Database::fail(int code) const
{
    const std::string reason = m_handle ? sqlite3_errmsg(m_handle) : sqlite3_errstr(code);
    const std::string name = m_file.string();
    switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        throw Error(ErrorCode::Corrupt,
                    "The database " + name + " is damaged (" + reason +
                        "). Run \"espalier-run store rebuild\" on this workspace: it makes the "
                        "database anew from the "
                        "journals of the runs and keeps the damaged file beside it.");
    case SQLITE_FULL:
        throw Error(ErrorCode::Io, "The disk is full: the database " + name +
                                       " cannot grow. Free space there; the journals of the runs "
                                       "are kept and are read again.");
    case SQLITE_NOMEM:
        throw Error(ErrorCode::OutOfMemory, "Out of memory in the database " + name + ".");
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        throw Error(ErrorCode::Io, "Cannot use the database " + name + ": " + reason +
                                       ". See that the folder exists, is writable and "
                                       "has space.");
    default:
        throw Error(ErrorCode::Internal,
                    "The database " + name + " refused a statement: " + reason + ".");
    }
}

std::unique_ptr<Database> openForReading(const Path& file)
{
    try {
        return std::make_unique<Database>(file, DatabaseAccess::Read);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Io) {
            throw;
        }
        // A read-only folder: SQLite cannot make the files it shares with a writer, so there is
        // none either.
        return std::make_unique<Database>(file, DatabaseAccess::ReadImmutable);
    }
}

Statement::Statement(Database& database, const char* sql)
    : m_database(database)
{
    const int code = sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT,
                                        &m_handle, nullptr);
    if (code != SQLITE_OK) {
        database.fail(code);
    }
}

Statement::~Statement()
{
    sqlite3_finalize(m_handle);
}

Statement& Statement::bind(int index, std::int64_t value)
{
    sqlite3_bind_int64(m_handle, index, value);
    return *this;
}

Statement& Statement::bind(int index, std::string_view value)
{
    sqlite3_bind_text64(m_handle, index, value.empty() ? "" : value.data(), value.size(),
                        SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bind(int index, double value)
{
    if (std::isnan(value)) {
        return bindNull(index);
    }
    sqlite3_bind_double(m_handle, index, value);
    return *this;
}

Statement& Statement::bindNull(int index)
{
    sqlite3_bind_null(m_handle, index);
    return *this;
}

bool Statement::step()
{
    const int code = sqlite3_step(m_handle);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        sqlite3_reset(m_handle);
        m_database.fail(code);
    }
    return false;
}

void Statement::run()
{
    while (step()) {
    }
    sqlite3_reset(m_handle);
}

void Statement::reset()
{
    sqlite3_reset(m_handle);
    sqlite3_clear_bindings(m_handle);
}

std::int64_t Statement::integer(int column) const
{
    return sqlite3_column_int64(m_handle, column);
}

double Statement::real(int column) const
{
    return isNull(column) ? std::numeric_limits<double>::quiet_NaN()
                          : sqlite3_column_double(m_handle, column);
}

std::string Statement::text(int column) const
{
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(m_handle, column));
    return bytes ? std::string(bytes,
                               static_cast<std::size_t>(sqlite3_column_bytes(m_handle, column)))
                 : std::string();
}

int Statement::columns() const
{
    return sqlite3_column_count(m_handle);
}

bool Statement::isNull(int column) const
{
    return sqlite3_column_type(m_handle, column) == SQLITE_NULL;
}

} // namespace espalier
