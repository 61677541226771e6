// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/checkpoint/GgufFile.h"
#include "tests/core/checkpoint/GgufBytes.h"
#include "tests/support/Fixtures.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <limits>

using namespace espalier;
using test::GgufBytes;

namespace {

enum : std::uint32_t { UInt8 = 0, UInt32 = 4, Float32 = 6, Bool = 7, String = 8, List = 9 };

constexpr std::uint32_t kF32 = 0, kQ8_0 = 8;
constexpr std::uint64_t kHuge = std::uint64_t(1) << 62;

/// One of every type of metadata, two tensors, and padding before each.
GgufBytes everything(std::uint32_t version = 3)
{
    GgufBytes file;
    file.start(2, 15, version);
    file.key("u8", UInt8).number<std::uint8_t>(200);
    file.key("i8", 1).number<std::int8_t>(-100);
    file.key("u16", 2).number<std::uint16_t>(60000);
    file.key("i16", 3).number<std::int16_t>(-30000);
    file.key("u32", UInt32).number<std::uint32_t>(4000000000U);
    file.key("i32", 5).number<std::int32_t>(-2000000000);
    file.key("f32", Float32).number<float>(0.1F);
    file.key("yes", Bool).number<std::uint8_t>(1);
    file.key("text", String).text("caf\xC3\xA9");
    file.key("u64", 10).number(std::numeric_limits<std::uint64_t>::max());
    file.key("i64", 11).number(std::numeric_limits<std::int64_t>::min());
    file.key("f64", 12).number<double>(0.1);
    file.key("texts", List).number(String).number<std::uint64_t>(2).text("a").text("");
    file.key("lists", List).number(List).number<std::uint64_t>(2);
    file.number(UInt8).number<std::uint64_t>(1).number<std::uint8_t>(7);
    file.number(Bool).number<std::uint64_t>(2).number<std::uint8_t>(0).number<std::uint8_t>(1);
    file.key("general.alignment", UInt32).number<std::uint32_t>(64);
    file.tensor("rows", {32, 3}, kQ8_0, 64).tensor("scalars", {5}, kF32, 0);
    return file.data(64, 64).data(102, 64);
}

GgufBytes oneTensor(const std::vector<std::uint64_t>& sizes, std::uint32_t type,
                    std::uint64_t offset, std::size_t dataBytes)
{
    return GgufBytes().start(1, 0).tensor("w", sizes, type, offset).data(dataBytes);
}

GgufBytes oneEntry(std::uint32_t type)
{
    return GgufBytes().start(0, 1).key("k", type);
}

void verifyRefused(const GgufBytes& file, const std::string& words,
                   ErrorCode code = ErrorCode::Corrupt)
{
    VERIFY_FAILS(GgufFile(file.bytes(), "broken.gguf"), code, words);
    VERIFY_FAILS(GgufFile(file.bytes(), "broken.gguf"), code, "broken.gguf: ");
}

} // namespace

TEST(everyTypeOfMetadataIsRead)
{
    for (const std::uint32_t version : {2U, 3U}) {
        const GgufBytes bytes = everything(version);
        const GgufFile file(bytes.bytes(), "memory");
        COMPARE(file.version(), version);
        COMPARE(file.metadata().size(), std::size_t(15));
        COMPARE(*file.find("u8"), Json(200));
        COMPARE(*file.find("i8"), Json(-100));
        COMPARE(*file.find("u16"), Json(60000));
        COMPARE(*file.find("i16"), Json(-30000));
        COMPARE(*file.find("u32"), Json(4000000000U));
        COMPARE(*file.find("i32"), Json(-2000000000));
        COMPARE(*file.find("f32"), Json(static_cast<double>(0.1F)));
        COMPARE(*file.find("yes"), Json(true));
        COMPARE(*file.find("text"), Json("caf\xC3\xA9"));
        COMPARE(*file.find("u64"), Json(std::numeric_limits<std::uint64_t>::max()));
        COMPARE(*file.find("i64"), Json(std::numeric_limits<std::int64_t>::min()));
        COMPARE(*file.find("f64"), Json(0.1));
        COMPARE(*file.find("texts"), Json::array({"a", ""}));
        COMPARE(*file.find("lists"), Json::array({Json::array({7}), Json::array({false, true})}));
        VERIFY(file.find("absent") == nullptr);
    }
}

TEST(tensorsAreInTheOrderOfTheirBytesWithRowsFirst)
{
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / "a.gguf", everything().bytes());
    const GgufFile file(folder.path() / "a.gguf");
    COMPARE(file.tensors().size(), std::size_t(2));
    COMPARE(file.tensors()[0].name, std::string("scalars"));
    const GgufTensor& rows = *file.tensor("rows");
    COMPARE(rows.shape, (std::vector<std::int64_t>{3, 32}));
    COMPARE(std::string(rows.packing.name), std::string("Q8_0"));
    COMPARE(rows.elements(), 96);
    COMPARE(rows.end - rows.begin, 3 * 34);
    COMPARE(rows.begin % 64, 0);
    VERIFY(file.tensor("absent") == nullptr);
    COMPARE(file.typesText(), std::string("F32 (1), Q8_0 (1)"));
    std::string read(34, 'x');
    file.readRows(rows, 2, 1, read.data());
    COMPARE(read, std::string(34, '\0'));
}

TEST(aFileCutOffAnywhereIsRefused)
{
    const std::string whole = everything().bytes();
    for (std::size_t length = 0; length < whole.size(); ++length) {
        VERIFY_FAILS(GgufFile(std::string_view(whole).substr(0, length), "cut"), ErrorCode::Corrupt,
                     length < 4 ? "not a GGUF file" : "cut: ");
    }
}

TEST(otherVersionsAreRefused)
{
    verifyRefused(GgufBytes().raw("GGML").data(64), "not a GGUF file");
    verifyRefused(GgufBytes().start(0, 0, 1), "this is version 1 of GGUF", ErrorCode::Unsupported);
    verifyRefused(GgufBytes().start(0, 0, 3U << 24), "big-endian", ErrorCode::Unsupported);
    verifyRefused(GgufBytes().start(0, 0, 4), "version 4 of GGUF; versions 2 and 3",
                  ErrorCode::Unsupported);
    verifyRefused(GgufBytes().start(0, 0, 0), "version 0 of GGUF", ErrorCode::Unsupported);
}

TEST(absurdCountsAndLengthsAreRefused)
{
    verifyRefused(GgufBytes().start(kHuge, 0), "claims 4611686018427387904 tensors");
    verifyRefused(GgufBytes().start(0, kHuge), "claims 4611686018427387904 metadata entries");
    verifyRefused(GgufBytes().start(0, 1).number(kHuge).data(64), "more than the 65535");
    verifyRefused(oneEntry(String).number(kHuge), "k claims 4611686018427387904 bytes");
    verifyRefused(oneEntry(List).number(UInt32).number(kHuge), "more than the file has room for");
}

TEST(wrongMetadataIsRefused)
{
    verifyRefused(oneEntry(13).data(8), "k has the type 13, which the format does not have");
    verifyRefused(oneEntry(List).number<std::uint32_t>(99).number<std::uint64_t>(1).data(8),
                  "elements of the type 99");
    verifyRefused(oneEntry(Bool).number<std::uint8_t>(2), "k is 2 where 0 or 1 says no or yes");
    GgufBytes deep = oneEntry(List);
    for (int i = 0; i < 9; ++i) {
        deep.number(List).number<std::uint64_t>(1);
    }
    verifyRefused(deep.number(UInt8).number<std::uint64_t>(0), "lists in lists");
    verifyRefused(GgufBytes()
                      .start(0, 2)
                      .key("k", UInt8)
                      .number<std::uint8_t>(1)
                      .key("k", UInt8)
                      .number<std::uint8_t>(1),
                  "the metadata holds k twice");
    for (const std::uint32_t alignment : {0U, 48U}) {
        verifyRefused(GgufBytes().start(0, 1).key("general.alignment", UInt32).number(alignment),
                      "general.alignment is " + std::to_string(alignment) + ", not a power of two");
    }
    verifyRefused(GgufBytes().start(0, 1).key("general.alignment", String).text("32"),
                  "general.alignment is \"32\"");
}

TEST(wrongTensorsAreRefused)
{
    verifyRefused(GgufBytes().start(1, 0).text(std::string(65, 'w')).data(64), "more than the 64");
    verifyRefused(oneTensor({}, kF32, 0, 32), "w has 0 dimensions");
    verifyRefused(oneTensor({1, 1, 1, 1, 1}, kF32, 0, 32), "w has 5 dimensions");
    verifyRefused(oneTensor({0}, kF32, 0, 32), "w has a dimension of 0");
    verifyRefused(oneTensor({kHuge * 2}, kF32, 0, 32), "w has a dimension of 9223372036854775808");
    verifyRefused(oneTensor({kHuge, 4}, kF32, 0, 32), "overflows a 64-bit size");
    verifyRefused(oneTensor({kHuge}, kF32, 0, 32), "overflows a 64-bit size");
    verifyRefused(oneTensor({33, 2}, kQ8_0, 0, 96), "33 numbers, which Q8_0 packs by 32");
    verifyRefused(oneTensor({4}, 1000, 0, 32), "the type 1000, which is not known here",
                  ErrorCode::Unsupported);
    verifyRefused(oneTensor({4}, 31, 0, 32), "the type 31", ErrorCode::Unsupported);
    verifyRefused(oneTensor({4}, kF32, 8, 32), "begins at byte 8 of the data, not at a multiple");
    verifyRefused(oneTensor({8}, kF32, 32, 32), "w of 32 bytes begins at byte 32");
    verifyRefused(oneTensor({8}, kF32, kHuge, 32), "goes beyond the file's");
    verifyRefused(oneTensor({9}, kF32, 0, 35), "it was cut off");
    verifyRefused(
        GgufBytes().start(2, 0).tensor("w", {4}, kF32, 0).tensor("w", {4}, kF32, 32).data(64),
        "names the tensor w twice");
    verifyRefused(
        GgufBytes().start(2, 0).tensor("a", {9}, kF32, 0).tensor("b", {4}, kF32, 32).data(64),
        "the bytes of b overlap those of a");
}
