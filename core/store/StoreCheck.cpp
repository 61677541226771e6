// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/store/ExperimentStore.h"
#include "core/store/Migrations.h"
#include "core/store/StoreIngest.h"
#include "core/store/WriterLock.h"

namespace espalier {

namespace {

bool isDamaged(const Path& file)
{
    try {
        Database database(file, DatabaseAccess::Write);
        return !damagesOf(database, CheckDepth::Quick).empty();
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Corrupt) {
            return true;
        }
        throw;
    }
}

void moveAside(const Path& file)
{
    Path aside = file;
    aside += ".damaged";
    for (int number = 2; std::filesystem::exists(aside); ++number) {
        aside = file;
        aside += ".damaged-" + std::to_string(number);
    }
    std::filesystem::rename(file, aside);
    for (const char* suffix : {"-wal", "-shm"}) { // these belong to the damaged file alone
        Path companion = file;
        companion += suffix;
        std::filesystem::remove(companion);
    }
}

void compareWithFolders(Database& database, const WorkspaceLayout& layout,
                        std::vector<std::string>& findings)
{
    Statement rows(database, "SELECT id FROM runs ORDER BY id");
    while (rows.step()) {
        const RunId run{rows.integer(0)};
        if (!std::filesystem::exists(layout.journal(run))) {
            findings.push_back(
                "The run " + toText(run) +
                " has rows but no journal.jsonl in its folder; a rebuild would lose it.");
        }
    }
    Statement find(database, "SELECT 1 FROM runs WHERE id = ?1");
    for (const RunId run : runFolders(layout)) {
        if (!find.with(static_cast<std::int64_t>(run)).step()) {
            findings.push_back(
                "The folder " + layout.run(run).string() +
                " has no rows in the database; its journal is missing or cannot be read.");
        }
    }
}

} // namespace

void rebuildStore(const Path& workspace)
{
    const WorkspaceLayout layout{workspace};
    if (std::filesystem::exists(layout.database())) {
        const WriterLock lock(layout.lockFile());
        if (isDamaged(layout.database())) {
            moveAside(layout.database());
        }
    }
    ExperimentStore(workspace).rebuild();
}

std::vector<std::string> checkStore(const Path& workspace)
{
    const WorkspaceLayout layout{workspace};
    if (!std::filesystem::exists(layout.database())) {
        return {"There is no database " + layout.database().string() + "."};
    }
    try {
        const auto opened = openForReading(layout.database());
        Database& database = *opened;
        checkVersion(database);
        auto findings = damagesOf(database, CheckDepth::Thorough);
        compareWithFolders(database, layout, findings);
        return findings;
    } catch (const Error& error) {
        return {error.what()};
    }
}

} // namespace espalier
