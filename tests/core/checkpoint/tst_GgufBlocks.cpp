// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/checkpoint/GgufBlocks.h"
#include "core/checkpoint/GgufFile.h"
#include "tests/support/Fixtures.h"
#include "tests/support/Test.h"

#include <bit>
#include <cstdlib>
#include <cstring>
#include <limits>

using namespace espalier;

namespace {

constexpr const char* kReadable[] = {"F32",  "F16",  "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1",
                                     "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"};
constexpr const char* kWritable[] = {"F16", "BF16", "Q8_0", "Q4_0", "Q4_1"};

/// Blocks packed and unpacked by the Python package gguf (tests/parity/make_gguf_fixtures.py);
/// ESPALIER_GGUF_BLOCKS may name a larger file of the kind.
GgufFile reference()
{
    const char* own = std::getenv("ESPALIER_GGUF_BLOCKS");
    return GgufFile(own != nullptr ? Path(own) : test::dataFolder() / "gguf" / "blocks.gguf");
}

std::string bytesOf(const GgufFile& file, const std::string& name)
{
    const GgufTensor* tensor = file.tensor(name);
    VERIFY2(tensor != nullptr, name + " is not in the fixture");
    std::string bytes(static_cast<std::size_t>(tensor->end - tensor->begin), '\0');
    file.readRows(*tensor, 0, 1, bytes.data());
    return bytes;
}

std::vector<float> floatsOf(const GgufFile& file, const std::string& name)
{
    const std::string bytes = bytesOf(file, name);
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}

} // namespace

TEST(blocksAreUnpackedBitForBit)
{
    const GgufFile file = reference();
    for (const std::string name : kReadable) {
        const Packing packing = *packingNamed(name);
        VERIFY2(packing.isReadable, name);
        const std::string packed = bytesOf(file, name + ".packed");
        const std::vector<float> expected = floatsOf(file, name + ".values");
        std::vector<float> found(expected.size());
        dequantize(packing.type, packed.data(), static_cast<std::int64_t>(found.size()),
                   found.data());
        for (std::size_t i = 0; i < found.size(); ++i) {
            VERIFY2(std::bit_cast<std::uint32_t>(found[i]) ==
                        std::bit_cast<std::uint32_t>(expected[i]),
                    name + ", value " + std::to_string(i) + ": " + test::describe(found[i]) +
                        " instead of " + test::describe(expected[i]));
        }
    }
}

TEST(numbersArePackedBitForBit)
{
    const GgufFile file = reference();
    for (const std::string name : kWritable) {
        const Packing packing = *packingNamed(name);
        VERIFY2(packing.isWritable, name);
        const std::vector<float> values = floatsOf(file, name + ".input");
        const std::string expected = bytesOf(file, name + ".output");
        std::string found(expected.size(), '\0');
        quantize(packing.type, values.data(), static_cast<std::int64_t>(values.size()),
                 found.data());
        for (std::size_t i = 0; i < found.size(); ++i) {
            VERIFY2(found[i] == expected[i],
                    name + ", byte " + std::to_string(i) + " of block " +
                        std::to_string(i / static_cast<std::size_t>(packing.bytes)));
        }
    }
}

TEST(halfPrecisionGoesThereAndBack)
{
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
        const auto half = static_cast<std::uint16_t>(bits);
        const bool isNan = (bits & 0x7C00U) == 0x7C00U && (bits & 0x3FFU) != 0;
        if (!isNan) {
            COMPARE(halfOfFloat(floatOfHalf(half)), half);
        }
    }
    COMPARE(halfOfFloat(65519.996F), std::uint16_t(0x7BFF));
    COMPARE(halfOfFloat(65520.0F), std::uint16_t(0x7C00));
    COMPARE(halfOfFloat(std::ldexp(1.0F, -25)), std::uint16_t(0));           // a tie, to even
    COMPARE(halfOfFloat(std::ldexp(1.0F, -25) * 1.0001F), std::uint16_t(1)); // past it
    COMPARE(halfOfFloat(std::ldexp(3.0F, -25)), std::uint16_t(2));
    COMPARE(halfOfFloat(-1.0F - std::ldexp(1.0F, -11)), std::uint16_t(0xBC00));
    VERIFY(std::isnan(floatOfHalf(halfOfFloat(std::numeric_limits<float>::quiet_NaN()))));
}

TEST(typesThatAreOnlyKnownByNameAreRefused)
{
    const Packing packing = *packingNamed("iq4_xs");
    COMPARE(packing.bytes, 136);
    VERIFY(!packing.isReadable && !packing.isWritable);
    float value[256] = {};
    char block[512] = {};
    VERIFY_FAILS(dequantize(packing.type, block, 256, value), ErrorCode::Unsupported,
                 "packed as IQ4_XS cannot be read");
    VERIFY_FAILS(quantize(BlockType::Q6_K, value, 256, block), ErrorCode::Unsupported,
                 "packed as Q6_K cannot be written");
    VERIFY_FAILS(dequantize(BlockType::Q8_0, block, 33, value), ErrorCode::Internal,
                 "33 numbers are no whole blocks of 32");
    VERIFY(!packingOf(4U) && !packingOf(1000U) && !packingNamed("Q9"));
    COMPARE(std::string(packingNamed("q8_0")->name), std::string("Q8_0"));
}
