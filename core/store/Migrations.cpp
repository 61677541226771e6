// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Migrations.h"

#include "core/base/Error.h"

namespace espalier {

namespace {

constexpr std::int64_t kApplicationId = 0x45535031; // "ESP1"

int versionOf(Database& database)
{
    return static_cast<int>(database.integer("PRAGMA user_version"));
}

bool isEmpty(Database& database)
{
    return database.integer("SELECT count(*) FROM sqlite_schema") == 0;
}

void refuseForeign(Database& database)
{
    if (!isEmpty(database) && database.integer("PRAGMA application_id") != kApplicationId) {
        throw Error(ErrorCode::InvalidInput,
                    "The database " + database.file().string() +
                        " belongs to another program. Choose another folder as workspace.");
    }
}

void refuseNewer(Database& database, int newest)
{
    const int version = versionOf(database);
    if (version > newest) {
        throw Error(ErrorCode::Unsupported,
                    "The store " + database.file().string() + " has version " +
                        std::to_string(version) + ", but this program knows versions up to " +
                        std::to_string(newest) + ". Open it with a newer Espalier.");
    }
}

Path backUp(Database& database, int version)
{
    Path copy = database.file();
    copy += ".v" + std::to_string(version) + "-backup";
    for (int number = 2; std::filesystem::exists(copy); ++number) {
        copy = database.file();
        copy += ".v" + std::to_string(version) + "-backup-" + std::to_string(number);
    }
    Statement(database, "VACUUM INTO ?1").with(std::string_view(copy.string())).run();
    return copy;
}

void apply(Database& database, const Migration& step)
{
    database.execute("BEGIN IMMEDIATE");
    try {
        database.execute(step.sql);
        // PRAGMA takes no parameters; both numbers are ours.
        const std::string stamp = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                                  "; PRAGMA user_version = " + std::to_string(step.version) +
                                  "; COMMIT";
        database.execute(stamp.c_str());
    } catch (const Error&) {
        database.rollBack();
        throw;
    }
}

} // namespace

MigrationResult migrate(Database& database, std::span<const Migration> steps)
{
    const int newest = steps.empty() ? 0 : steps.back().version;
    refuseForeign(database);
    refuseNewer(database, newest);
    MigrationResult result{.from = versionOf(database), .to = newest};
    if (result.from == newest) {
        return result;
    }
    result.outcome = isEmpty(database) ? MigrationOutcome::Created : MigrationOutcome::Migrated;
    if (result.outcome == MigrationOutcome::Migrated) {
        result.backup = backUp(database, result.from);
    }
    for (const Migration& step : steps) {
        if (step.version > result.from) {
            apply(database, step);
        }
    }
    return result;
}

void checkVersion(Database& database)
{
    const int newest = migrations().back().version;
    refuseForeign(database);
    refuseNewer(database, newest);
    if (versionOf(database) < newest) {
        throw Error(ErrorCode::Unsupported,
                    "The store " + database.file().string() + " has version " +
                        std::to_string(versionOf(database)) + ", but this program reads version " +
                        std::to_string(newest) +
                        ". Open the workspace once for writing: that brings it up to date and "
                        "keeps a copy.");
    }
}

std::vector<std::string> damagesOf(Database& database, CheckDepth depth)
{
    std::vector<std::string> findings;
    Statement check(database, depth == CheckDepth::Quick ? "PRAGMA quick_check(20)"
                                                         : "PRAGMA integrity_check(20)");
    while (check.step()) {
        if (check.text(0) != "ok") {
            findings.push_back("The database is damaged: " + check.text(0) + ".");
        }
    }
    Statement keys(database, "PRAGMA foreign_key_check");
    while (keys.step()) {
        findings.push_back("A row of the table " + keys.text(0) + " belongs to a row of " +
                           keys.text(2) + " that is missing.");
    }
    return findings;
}

} // namespace espalier
