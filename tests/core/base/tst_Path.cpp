// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Path.h"
#include "core/base/Sha256.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

using namespace espalier;

TEST(atomicWriteReplacesAndLeavesNothingBeside)
{
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / "a.txt", "one");
    writeFileAtomically(folder.path() / "a.txt", "two");
    COMPARE(readFile(folder.path() / "a.txt"), "two");
    const auto entries = std::distance(std::filesystem::directory_iterator(folder.path()), {});
    COMPARE(entries, 1);
}

TEST(failedWriterKeepsTheOldFile)
{
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / "a.txt", "one");
    const auto write = [](const ByteSink& sink) {
        sink("half", 4);
        throw Error(ErrorCode::Numeric, "stopped midway");
    };
    VERIFY_FAILS(writeFileAtomically(folder.path() / "a.txt", write), ErrorCode::Numeric, "midway");
    COMPARE(readFile(folder.path() / "a.txt"), "one");
    COMPARE(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(missingFileIsNamed)
{
    VERIFY_FAILS(readFile("/nowhere/at/all"), ErrorCode::NotFound, "/nowhere/at/all");
}

TEST(sha256OfKnownText)
{
    COMPARE(sha256Of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / "abc", "abc");
    COMPARE(sha256OfFile(folder.path() / "abc"), sha256Of("abc"));
}
