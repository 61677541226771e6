// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/Journal.h"
#include "core/store/Database.h"
#include "core/store/ExperimentStore.h"
#include "core/store/StoreReader.h"
#include "tests/core/store/PrivateMounts.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <fstream>

using namespace espalier;

namespace {

const RunSpec kSpec{.method = "none", .model = "/m"};

RunId makeWorkspace(const Path& folder)
{
    ExperimentStore store(folder);
    const RunId id = store.createRun(kSpec, 1);
    JournalWriter(store.layout().journal(id)).metric("m", {1, 0.5, 5});
    store.ingest(id);
    store.flush();
    return id;
}

/// Writes until nothing more fits.
void fillDisk(const Path& file)
{
    std::ofstream ballast(file, std::ios::binary);
    while (ballast.write("x", 1).flush()) {
        ballast.write(std::string(4095, 'x').data(), 4095);
    }
}

} // namespace

TEST(newerStoreIsRefusedWithBothVersions)
{
    const test::TempFolder folder;
    makeWorkspace(folder.path());
    Database(folder.path() / "espalier.db", DatabaseAccess::Write)
        .execute("PRAGMA user_version = 999");
    const std::string words = "has version 999, but this program knows versions up to 1";
    VERIFY_FAILS(ExperimentStore(folder.path()), ErrorCode::Unsupported, words);
    VERIFY_FAILS(StoreReader(folder.path()), ErrorCode::Unsupported, words);
    COMPARE(checkStore(folder.path()).size(), 1U);
}

TEST(foreignDatabaseIsRefusedUntouched)
{
    const test::TempFolder folder;
    Database(folder.path() / "espalier.db", DatabaseAccess::Write).execute("CREATE TABLE t (a)");
    const std::string before = readFile(folder.path() / "espalier.db");
    VERIFY_FAILS(ExperimentStore(folder.path()), ErrorCode::InvalidInput,
                 "belongs to another program");
    VERIFY_FAILS(StoreReader(folder.path()), ErrorCode::InvalidInput, "belongs to another program");
    VERIFY(readFile(folder.path() / "espalier.db") == before);
}

TEST(damagedDatabaseIsRefusedInWords)
{
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / "espalier.db", std::string(8192, 'x'));
    VERIFY_FAILS(ExperimentStore(folder.path()), ErrorCode::Corrupt,
                 "is damaged (file is not a database)");
    VERIFY_FAILS(StoreReader(folder.path()), ErrorCode::Corrupt, "espalier-run store rebuild");
    VERIFY(checkStore(folder.path()).front().find("is damaged") != std::string::npos);
}

TEST(missingWorkspaceIsSaid)
{
    const test::TempFolder folder;
    VERIFY_FAILS(StoreReader(folder.path()), ErrorCode::NotFound, "There is no workspace in");
    VERIFY(checkStore(folder.path()).front().find("There is no database") != std::string::npos);
}

TEST(readOnlyWorkspaceCanBeRead)
{
    if (!test::enterPrivateMounts()) {
        SKIP("this system allows no private mounts");
    }
    const test::TempFolder folder;
    const RunId id = makeWorkspace(folder.path());
    const auto mounted = test::Mounted::readOnly(folder.path());
    if (!mounted.works()) {
        SKIP("this system allows no read-only bind mount");
    }
    VERIFY_FAILS(ExperimentStore(folder.path()), ErrorCode::Io,
                 "cannot be written: Read-only file system");
    const StoreReader reader(folder.path());
    COMPARE(reader.runs().size(), 1U);
    COMPARE(reader.series(id, "m").size(), 1U);
    VERIFY(checkStore(folder.path()).empty());
}

TEST(fullDiskLosesNothing)
{
    if (!test::enterPrivateMounts()) {
        SKIP("this system allows no private mounts");
    }
    const test::TempFolder folder;
    const auto mounted = test::Mounted::smallDisk(folder.path(), "2m");
    if (!mounted.works()) {
        SKIP("this system allows no tmpfs mount");
    }
    ExperimentStore store(folder.path());
    const RunId id = store.createRun(kSpec, 1);
    {
        JournalWriter journal(store.layout().journal(id));
        for (int step = 0; step < 5000; ++step) {
            journal.metric("m", {step, 0.5, 5});
        }
        fillDisk(folder.path() / "ballast");
        VERIFY_FAILS(
            for (int line = 0; line < 5000; ++line) { journal.event(EventLevel::Info, "x"); },
            ErrorCode::Io, "The disk is full");
    }
    store.ingest(id);
    VERIFY_FAILS(store.flush(), ErrorCode::Io, "The disk is full");
    VERIFY_FAILS(store.createRun(kSpec, 1), ErrorCode::Io, "");
    VERIFY(StoreReader(folder.path()).series(id, "m").empty());
    std::filesystem::remove(folder.path() / "ballast");
    store.ingest(id);
    store.flush();
    COMPARE(StoreReader(folder.path()).series(id, "m").size(), 5000U);
    COMPARE(StoreReader(folder.path()).runs().size(), 1U);
    VERIFY(store.createRun(kSpec, 1) != id);
}
