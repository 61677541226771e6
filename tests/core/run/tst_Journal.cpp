// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/Journal.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <fstream>
#include <limits>
#include <thread>

using namespace espalier;

namespace {

void append(const Path& file, std::string_view text)
{
    std::ofstream(file, std::ios::app) << text;
}

std::vector<Json> linesOf(const Path& file)
{
    std::vector<Json> lines;
    JournalReader reader(file);
    while (auto line = reader.next()) {
        lines.push_back(*line);
    }
    return lines;
}

} // namespace

TEST(everyKindReadsBack)
{
    const test::TempFolder folder;
    const Path file = folder.path() / "journal.jsonl";
    const RunSpec spec{.method = "none", .seed = 3};
    const Failure failure{ErrorCode::Numeric, "loss is NaN", "Step 3"};
    const Artifact artifact{"model", "export", "ab", 7};
    const RunProgress progress{"compress", "Block 1/2", 1, 2, 99, 0.5};
    {
        JournalWriter writer(file);
        writer.created(RunId{5}, RunId{4}, false, spec, 2);
        writer.status(RunStatus::Failed, failure);
        writer.provenance({{"host", "h"}});
        writer.metric("loss", {3, std::numeric_limits<double>::quiet_NaN(), 77}, "nats");
        writer.metric("loss", {4, std::numeric_limits<double>::infinity(), 0});
        writer.progress(progress);
        writer.event(EventLevel::Warning, "bad \xff byte\nnext");
        writer.artifact(artifact);
        writer.sync();
        COMPARE(writer.offset(), static_cast<std::int64_t>(std::filesystem::file_size(file)));
    }
    const auto lines = linesOf(file);
    COMPARE(lines.size(), 8U);
    COMPARE(lines[0]["t"].get<std::string>(), "created");
    COMPARE(lines[0]["id"].get<int>(), 5);
    VERIFY(runSpecFromJson(lines[0]["spec"]) == spec);
    VERIFY(failureFromJson(lines[1]["failure"]) == failure);
    VERIFY(lines[3]["value"].is_null() && lines[3]["at"] == 77 && lines[3]["unit"] == "nats");
    VERIFY(numberFromJson(lines[4]["value"]) > 1e308 && lines[4]["at"].get<std::int64_t>() > 0);
    VERIFY(progressFromJson(lines[5]) == progress);
    VERIFY(artifactFromJson(lines[7]) == artifact);
}

TEST(tornLineIsNoLineUntilItIsWhole)
{
    const test::TempFolder folder;
    const Path file = folder.path() / "journal.jsonl";
    append(file, "{\"t\":\"a\"}\n{\"t\":");
    JournalReader reader(file);
    VERIFY(reader.next().has_value());
    COMPARE(reader.offset(), 10);
    VERIFY(!reader.next());
    COMPARE(reader.offset(), 10);
    append(file, "\"b\"}\n");
    COMPARE((*reader.next())["t"].get<std::string>(), "b");
    COMPARE(reader.offset(), reader.size());
}

TEST(writerCutsATornLine)
{
    const test::TempFolder folder;
    const Path file = folder.path() / "journal.jsonl";
    append(file, "{\"t\":\"a\"}\n{\"t\":" + std::string(200000, 'x'));
    {
        JournalWriter writer(file);
        COMPARE(writer.offset(), 10);
        writer.event(EventLevel::Info, "next");
    }
    const auto lines = linesOf(file);
    COMPARE(lines.size(), 2U);
    COMPARE(lines[1]["text"].get<std::string>(), "next");
}

TEST(badLinesHideNothing)
{
    const test::TempFolder folder;
    const Path file = folder.path() / "journal.jsonl";
    append(file, std::string("{\"t\":\"a\"}\n") + std::string(4096, '\0') +
                     "\n[1]\n{\"t\":\"unheard of\"}\n");
    const auto lines = linesOf(file);
    COMPARE(lines.size(), 4U);
    VERIFY(lines[1].is_null() && lines[2].is_null());
    COMPARE(lines[3]["t"].get<std::string>(), "unheard of");
}

TEST(readsOnFromAnOffset)
{
    const test::TempFolder folder;
    const Path file = folder.path() / "journal.jsonl";
    append(file, "{\"t\":\"a\"}\n{\"t\":\"b\"}\n");
    JournalReader reader(file, 10);
    COMPARE((*reader.next())["t"].get<std::string>(), "b");
    COMPARE(reader.before(10, 4), "a\"}\n");
    JournalReader beyond(file, 100);
    VERIFY(!beyond.next());
    VERIFY_FAILS(JournalReader(folder.path() / "none"), ErrorCode::NotFound, "none");
}

TEST(cutsBackToACheckpoint)
{
    const test::TempFolder folder;
    const Path file = folder.path() / "journal.jsonl";
    JournalWriter writer(file);
    writer.metric("loss", {1, 1.0, 5});
    const std::int64_t checkpoint = writer.offset();
    writer.metric("loss", {2, 0.5, 5});
    writer.truncate(checkpoint);
    writer.metric("loss", {2, 0.25, 5});
    const auto lines = linesOf(file);
    COMPARE(lines.size(), 2U);
    COMPARE(lines[1]["value"].get<double>(), 0.25);
    VERIFY_FAILS(writer.truncate(100000), ErrorCode::Corrupt, "100000");
}

TEST(threadsNeverMixLines)
{
    const test::TempFolder folder;
    const Path file = folder.path() / "journal.jsonl";
    {
        JournalWriter writer(file);
        const auto write = [&] {
            for (int i = 0; i < 500; ++i) {
                writer.event(EventLevel::Info, std::string(300, 'x'));
            }
        };
        std::jthread first(write), second(write);
    }
    const auto lines = linesOf(file);
    COMPARE(lines.size(), 1000U);
    for (const Json& line : lines) {
        VERIFY(line.is_object());
    }
}

TEST(fullDiskLeavesNoHalfLine)
{
    try {
        JournalWriter writer("/dev/full");
        VERIFY_FAILS(writer.event(EventLevel::Info, "x"), ErrorCode::Io, "The disk is full");
    } catch (const Error& error) {
        SKIP(std::string("no /dev/full here: ") + error.what());
    }
}

TEST(missingFolderIsSaid)
{
    VERIFY_FAILS(JournalWriter("/nowhere/journal.jsonl"), ErrorCode::NotFound,
                 "/nowhere/journal.jsonl");
}
