// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/CalibrationSet.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

using namespace espalier;

namespace {

// "The tree.\n" twice, as two gzip streams and as one Zstandard frame.
constexpr unsigned char kGzip[] = {
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x0B, 0xC9, 0x48, 0x55, 0x28,
    0x29, 0x4A, 0x4D, 0xD5, 0xE3, 0x02, 0x00, 0x0B, 0xE8, 0xEF, 0x59, 0x0A, 0x00, 0x00, 0x00,
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x0B, 0xC9, 0x48, 0x55, 0x28,
    0x29, 0x4A, 0x4D, 0xD5, 0xE3, 0x02, 0x00, 0x0B, 0xE8, 0xEF, 0x59, 0x0A, 0x00, 0x00, 0x00};
constexpr unsigned char kZstd[] = {0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x58, 0x85, 0x00, 0x00, 0x50,
                                   0x54, 0x68, 0x65, 0x20, 0x74, 0x72, 0x65, 0x65, 0x2E, 0x0A,
                                   0x01, 0x00, 0xDD, 0x0A, 0x12, 0xFB, 0xCC, 0x4B, 0x33};

template <std::size_t size>
std::string bytes(const unsigned char (&values)[size])
{
    return {reinterpret_cast<const char*>(values), size};
}

struct Fixture {
    test::TempFolder folder = {};

    std::string file(const std::string& name, std::string_view content) const
    {
        writeFileAtomically(folder.path() / name, content);
        return (folder.path() / name).string();
    }

    std::string text(const std::string& source) const { return loadText(source, {folder.path()}); }
};

} // namespace

TEST(textFilesAreTakenAsTheyAre)
{
    const Fixture fixture;
    COMPARE(fixture.text("text:" + fixture.file("a.txt", " one\r\n\n two \n")),
            " one\r\n\n two \n");
    fixture.file("tinystories_sample.txt", "A story.\n<|endoftext|>\nB.\n");
    COMPARE(fixture.text("builtin:tinystories"), "A story.\n<|endoftext|>\nB.\n");
}

TEST(packedFilesAreUnpacked)
{
    const Fixture fixture;
    COMPARE(fixture.text("text:" + fixture.file("a.txt.gz", bytes(kGzip))),
            "The tree.\nThe tree.\n");
    COMPARE(fixture.text("text:" + fixture.file("a.txt.zst", bytes(kZstd))),
            "The tree.\nThe tree.\n");
}

TEST(damagedPackedFilesAreRefused)
{
    const Fixture fixture;
    const std::string gzip = bytes(kGzip), zstd = bytes(kZstd);
    VERIFY_FAILS(fixture.text("text:" + fixture.file("a.gz", gzip.substr(0, 50))),
                 ErrorCode::Corrupt, "it ends too early");
    VERIFY_FAILS(fixture.text("text:" + fixture.file("b.zst", zstd.substr(0, 20))),
                 ErrorCode::Corrupt, "it ends too early");
    std::string flipped = gzip;
    flipped[14] = static_cast<char>(flipped[14] ^ 0x10);
    VERIFY_FAILS(fixture.text("text:" + fixture.file("c.gz", flipped)), ErrorCode::Corrupt,
                 "Cannot unpack");
    flipped = zstd;
    flipped[12] = static_cast<char>(flipped[12] ^ 0x10);
    VERIFY_FAILS(fixture.text("text:" + fixture.file("d.zst", flipped)), ErrorCode::Corrupt,
                 "Cannot unpack");
}

TEST(jsonLinesAreJoinedByABlankLine)
{
    const Fixture fixture;
    const std::string file =
        fixture.file("a.jsonl", "{\"text\":\"one\",\"n\":1}\n\n{\"text\":\"tw\\u006f\"}\r\n");
    COMPARE(fixture.text("jsonl:" + file + "#text"), "one\n\ntwo");
}

TEST(badJsonLinesAreNamed)
{
    const Fixture fixture;
    const std::string file = fixture.file("a.jsonl", "{\"text\":\"one\",\"n\":1}\n{\"text\":\n");
    VERIFY_FAILS(fixture.text("jsonl:" + file + "#text"), ErrorCode::Corrupt,
                 "a.jsonl, line 2 is not valid JSON");
    VERIFY_FAILS(fixture.text("jsonl:" + file + "#story"), ErrorCode::InvalidInput,
                 "line 1 has no field \"story\"; it has n, text.");
    VERIFY_FAILS(fixture.text("jsonl:" + file + "#n"), ErrorCode::InvalidInput,
                 "the field \"n\" holds number, not text");
    VERIFY_FAILS(fixture.text("jsonl:" + fixture.file("b.jsonl", "[1]")), ErrorCode::InvalidInput,
                 "does not name the field that holds the text");
    VERIFY_FAILS(fixture.text("jsonl:" + fixture.file("b.jsonl", "[1]") + "#text"),
                 ErrorCode::InvalidInput, "line 1 is not a JSON object");
}

TEST(badSourcesAreRefused)
{
    const Fixture fixture;
    VERIFY_FAILS(fixture.text("text:/nowhere/a.txt"), ErrorCode::NotFound, "/nowhere/a.txt");
    VERIFY_FAILS(fixture.text("text:"), ErrorCode::InvalidInput, "names no file");
    VERIFY_FAILS(fixture.text("a.txt"), ErrorCode::InvalidInput,
                 "Write builtin:tinystories, text:FILE");
    VERIFY_FAILS(fixture.text("csv:a.csv"), ErrorCode::InvalidInput,
                 "\"csv:\", which is not known");
    VERIFY_FAILS(fixture.text("builtin:wikitext"), ErrorCode::InvalidInput,
                 "no builtin data \"wikitext\". Known: tinystories");
    VERIFY_FAILS(fixture.text("tokens:a.i32"), ErrorCode::InvalidInput,
                 "holds token ids, not text");
}

TEST(badTextIsRefused)
{
    const Fixture fixture;
    VERIFY_FAILS(fixture.text("text:" + fixture.file("e.txt", "")), ErrorCode::InvalidInput,
                 "e.txt holds no text");
    VERIFY_FAILS(fixture.text("text:" + fixture.file("b.txt", " \n\n")), ErrorCode::InvalidInput,
                 "b.txt holds no text");
    VERIFY_FAILS(fixture.text("text:" + fixture.file("l.txt", "caf\xE9 au lait")),
                 ErrorCode::InvalidInput, "l.txt is not UTF-8: byte 3 of 12");
}
