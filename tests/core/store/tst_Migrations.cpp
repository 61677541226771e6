// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/ExperimentStore.h"
#include "core/store/Migrations.h"
#include "core/store/StoreReader.h"
#include "tests/core/store/StoreDump.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <array>

using namespace espalier;

namespace {

const std::array<Migration, 2> kTwoSteps{
    {{1, "CREATE TABLE t (a INTEGER) STRICT; INSERT INTO t VALUES (7);"},
     {2, "ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 3;"}}};

std::span<const Migration> firstStep()
{
    return std::span(kTwoSteps).first(1);
}

} // namespace

TEST(numbersAscendFromOne)
{
    int expected = 1;
    for (const Migration& step : migrations()) {
        COMPARE(step.version, expected++);
    }
}

TEST(newStoreIsCreated)
{
    const test::TempFolder folder;
    Database database(folder.path() / "s.db", DatabaseAccess::Write);
    const MigrationResult result = migrate(database, kTwoSteps);
    VERIFY(result.outcome == MigrationOutcome::Created && result.backup.empty());
    COMPARE(database.integer("PRAGMA user_version"), 2);
    COMPARE(database.integer("SELECT a + b FROM t"), 10);
    VERIFY(migrate(database, kTwoSteps).outcome == MigrationOutcome::AlreadyCurrent);
}

TEST(olderStoreIsCopiedAsideFirst)
{
    const test::TempFolder folder;
    Database database(folder.path() / "s.db", DatabaseAccess::Write);
    migrate(database, firstStep());
    writeFileAtomically(folder.path() / "s.db.v1-backup", "an earlier copy");
    const MigrationResult result = migrate(database, kTwoSteps);
    VERIFY(result.outcome == MigrationOutcome::Migrated && result.from == 1 && result.to == 2);
    VERIFY(result.backup.filename() == "s.db.v1-backup-2");
    Database copy(result.backup, DatabaseAccess::Read);
    COMPARE(copy.integer("PRAGMA user_version"), 1);
    COMPARE(copy.integer("SELECT a FROM t"), 7);
    COMPARE(database.integer("SELECT b FROM t"), 3);
}

TEST(failedStepLeavesTheStoreAsItWas)
{
    const test::TempFolder folder;
    Database database(folder.path() / "s.db", DatabaseAccess::Write);
    migrate(database, firstStep());
    const std::string before = test::schemaOf(database);
    const std::array<Migration, 2> broken{{kTwoSteps[0], {2, "DROP TABLE t; CREATE nonsense;"}}};
    VERIFY_FAILS(migrate(database, broken), ErrorCode::Internal, "refused a statement");
    COMPARE(test::schemaOf(database), before);
    COMPARE(database.integer("PRAGMA user_version"), 1);
}

TEST(newerStoreIsRefused)
{
    const test::TempFolder folder;
    Database database(folder.path() / "s.db", DatabaseAccess::Write);
    migrate(database, kTwoSteps);
    VERIFY_FAILS(migrate(database, firstStep()), ErrorCode::Unsupported,
                 "has version 2, but this program knows versions up to 1");
}

/// Every version that was ever shipped: tests/data/stores/vN.db.
TEST(shippedStoresMigrateToTheSchemaOfAFreshOne)
{
    const test::TempFolder fresh;
    {
        const ExperimentStore store(fresh.path());
    }
    Database freshDatabase(fresh.path() / "espalier.db", DatabaseAccess::Read);
    for (const Migration& step : migrations()) {
        const test::TempFolder folder;
        const std::string name =
            std::string("v").append(std::to_string(step.version)).append(".db");
        std::filesystem::copy_file(Path(STORES) / name, folder.path() / "espalier.db");
        {
            const ExperimentStore store(folder.path());
        }
        Database database(folder.path() / "espalier.db", DatabaseAccess::Read);
        COMPARE(test::schemaOf(database), test::schemaOf(freshDatabase));
        COMPARE(database.integer("PRAGMA user_version"),
                freshDatabase.integer("PRAGMA user_version"));
        const StoreReader reader(folder.path());
        const auto run = reader.run(RunId{2});
        VERIFY2(run.has_value(), name);
        COMPARE(run->spec.method, "prune-wanda");
        VERIFY(run->parent == RunId{1} && run->status == RunStatus::Succeeded);
        VERIFY(run->tags == std::vector<std::string>{"kept"});
        COMPARE(run->note, "a note");
        COMPARE(run->artifacts.size(), 1U);
        COMPARE(reader.series(RunId{2}, "train/loss").size(), 3U);
        COMPARE(reader.events(RunId{2}).size(), 1U);
    }
}
