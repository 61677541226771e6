// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/GgufBlocks.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace espalier {

namespace {

constexpr std::int64_t kBlock = 32, kSuper = 256; // values of a small block and of a large one

constexpr Packing known(std::uint32_t number, std::string_view name, std::int64_t elements,
                        std::int64_t bytes)
{
    return {static_cast<BlockType>(number), name, elements, bytes, false, false};
}

constexpr Packing readable(BlockType type, std::string_view name, std::int64_t elements,
                           std::int64_t bytes)
{
    return {type, name, elements, bytes, true, false};
}

constexpr Packing writable(BlockType type, std::string_view name, std::int64_t elements,
                           std::int64_t bytes)
{
    return {type, name, elements, bytes, true, true};
}

constexpr std::array<Packing, 35> kPackings{{
    writable(BlockType::F32, "F32", 1, 4),
    writable(BlockType::F16, "F16", 1, 2),
    writable(BlockType::Q4_0, "Q4_0", kBlock, 18),
    writable(BlockType::Q4_1, "Q4_1", kBlock, 20),
    readable(BlockType::Q5_0, "Q5_0", kBlock, 22),
    readable(BlockType::Q5_1, "Q5_1", kBlock, 24),
    writable(BlockType::Q8_0, "Q8_0", kBlock, 34),
    known(9, "Q8_1", kBlock, 40),
    readable(BlockType::Q2_K, "Q2_K", kSuper, 84),
    readable(BlockType::Q3_K, "Q3_K", kSuper, 110),
    readable(BlockType::Q4_K, "Q4_K", kSuper, 144),
    readable(BlockType::Q5_K, "Q5_K", kSuper, 176),
    readable(BlockType::Q6_K, "Q6_K", kSuper, 210),
    known(15, "Q8_K", kSuper, 292),
    known(16, "IQ2_XXS", kSuper, 66),
    known(17, "IQ2_XS", kSuper, 74),
    known(18, "IQ3_XXS", kSuper, 98),
    known(19, "IQ1_S", kSuper, 50),
    known(20, "IQ4_NL", kBlock, 18),
    known(21, "IQ3_S", kSuper, 110),
    known(22, "IQ2_S", kSuper, 82),
    known(23, "IQ4_XS", kSuper, 136),
    known(24, "I8", 1, 1),
    known(25, "I16", 1, 2),
    known(26, "I32", 1, 4),
    known(27, "I64", 1, 8),
    known(28, "F64", 1, 8),
    known(29, "IQ1_M", kSuper, 56),
    writable(BlockType::BF16, "BF16", 1, 2),
    known(34, "TQ1_0", kSuper, 54),
    known(35, "TQ2_0", kSuper, 66),
    known(39, "MXFP4", kBlock, 17),
    known(40, "NVFP4", 64, 36),
    known(41, "Q1_0", 128, 18),
    known(42, "Q2_0", 64, 18),
}};

} // namespace

std::optional<Packing> packingOf(std::uint32_t number)
{
    const auto* const found =
        std::ranges::find(kPackings, static_cast<BlockType>(number), &Packing::type);
    return found != kPackings.end() ? std::optional(*found) : std::nullopt;
}

const Packing& packingOf(BlockType type)
{
    return *std::ranges::find(kPackings, type, &Packing::type);
}

std::optional<Packing> packingNamed(std::string_view name)
{
    std::string upper(name);
    std::ranges::transform(upper, upper.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const auto* const found = std::ranges::find(kPackings, upper, &Packing::name);
    return found != kPackings.end() ? std::optional(*found) : std::nullopt;
}

} // namespace espalier
