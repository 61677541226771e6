// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers in blocks of 32, each block with a scale in half precision (d), some with a smallest
// value too (m). The four bits of value j stand in the lower half of byte j, those of value j + 16
// in the upper one; a fifth bit stands in a word of its own. Blocks of 256 are in
// GgufSuperBlocks.cpp.
//
// This file is compiled without fused multiply and add: the results are bit for bit those of the
// format's reference code compiled likewise.

#include "core/checkpoint/GgufBlocks.h"

#include "core/base/Error.h"
#include "core/checkpoint/GgufSuperBlocks.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>

namespace espalier {

static_assert(std::endian::native == std::endian::little, "GGUF blocks are little-endian");

namespace {

constexpr std::int64_t kBlock = 32; // values of a small block
constexpr std::int64_t kHalfBlock = kBlock / 2;

/// Reads a block's parts in their order.
class BlockReader {
public:
    explicit BlockReader(const std::uint8_t* bytes)
        : m_bytes(bytes)
    {
    }

    float half() { return floatOfHalf(number<std::uint16_t>()); }

    template <class Number>
    Number number()
    {
        Number value = 0;
        std::memcpy(&value, m_bytes, sizeof value);
        m_bytes += sizeof value;
        return value;
    }

    const std::uint8_t* rest() const { return m_bytes; }

private:
    const std::uint8_t* m_bytes;
};

void putHalf(std::uint8_t*& bytes, float value)
{
    const std::uint16_t half = halfOfFloat(value);
    std::memcpy(bytes, &half, sizeof half);
    bytes += sizeof half;
}

void readF16(const std::uint8_t* bytes, float* values)
{
    *values = BlockReader(bytes).half();
}

void readBf16(const std::uint8_t* bytes, float* values)
{
    *values = std::bit_cast<float>(
        static_cast<std::uint32_t>(BlockReader(bytes).number<std::uint16_t>()) << 16);
}

/// Four bits a value and perhaps a fifth: 0 to 15 or 31.
template <bool hasFifth>
void readNibbles(BlockReader reader, float* values, float d, float m)
{
    const std::uint32_t fifths = hasFifth ? reader.number<std::uint32_t>() : 0;
    const std::uint8_t* nibbles = reader.rest();
    for (std::int64_t j = 0; j < kHalfBlock; ++j) {
        const int lowFifth = hasFifth ? static_cast<int>(fifths >> j & 1U) << 4 : 0;
        const int highFifth = hasFifth ? static_cast<int>(fifths >> (j + kHalfBlock) & 1U) << 4 : 0;
        const int low = (nibbles[j] & 0x0F) | lowFifth, high = (nibbles[j] >> 4) | highFifth;
        values[j] = static_cast<float>(low) * d + m;
        values[j + kHalfBlock] = static_cast<float>(high) * d + m;
    }
}

void readQ4_0(const std::uint8_t* bytes, float* values)
{
    BlockReader reader(bytes);
    const float d = reader.half();
    for (std::int64_t j = 0; j < kHalfBlock; ++j) { // nothing is added: -0 would become 0
        values[j] = static_cast<float>((reader.rest()[j] & 0x0F) - 8) * d;
        values[j + kHalfBlock] = static_cast<float>((reader.rest()[j] >> 4) - 8) * d;
    }
}

void readQ4_1(const std::uint8_t* bytes, float* values)
{
    BlockReader reader(bytes);
    const float d = reader.half(), m = reader.half();
    readNibbles<false>(reader, values, d, m);
}

void readQ5_0(const std::uint8_t* bytes, float* values)
{
    BlockReader reader(bytes);
    const float d = reader.half();
    const auto fifths = reader.number<std::uint32_t>();
    for (std::int64_t j = 0; j < kHalfBlock; ++j) {
        const int low = (reader.rest()[j] & 0x0F) | static_cast<int>(fifths >> j & 1U) << 4;
        const int high = (reader.rest()[j] >> 4) | static_cast<int>(fifths >> (j + kHalfBlock) & 1U)
                                                       << 4;
        values[j] = static_cast<float>(low - 16) * d;
        values[j + kHalfBlock] = static_cast<float>(high - 16) * d;
    }
}

void readQ5_1(const std::uint8_t* bytes, float* values)
{
    BlockReader reader(bytes);
    const float d = reader.half(), m = reader.half();
    readNibbles<true>(reader, values, d, m);
}

void readQ8_0(const std::uint8_t* bytes, float* values)
{
    BlockReader reader(bytes);
    const float d = reader.half();
    for (std::int64_t j = 0; j < kBlock; ++j) {
        values[j] = static_cast<float>(static_cast<std::int8_t>(reader.rest()[j])) * d;
    }
}

void writeBf16(const float* values, std::uint8_t* bytes)
{
    const auto bits = std::bit_cast<std::uint32_t>(*values);
    const bool isNan = (bits & 0x7FFFFFFFU) > 0x7F800000U;
    const std::uint32_t rounded = bits + 0x7FFFU + (bits >> 16 & 1U); // ties to even
    const auto top = static_cast<std::uint16_t>(isNan ? bits >> 16 | 64U : rounded >> 16);
    std::memcpy(bytes, &top, sizeof top);
}

void writeQ8_0(const float* values, std::uint8_t* bytes)
{
    float largest = 0;
    for (std::int64_t j = 0; j < kBlock; ++j) {
        largest = std::max(largest, std::abs(values[j]));
    }
    const float d = largest / 127, inverse = d != 0 ? 1 / d : 0;
    putHalf(bytes, d);
    for (std::int64_t j = 0; j < kBlock; ++j) {
        const float level = std::round(values[j] * inverse);
        // The inverse of a tiny number is infinite, and the level then anything.
        const bool isLevel = level >= -127 && level <= 127;
        bytes[j] = static_cast<std::uint8_t>(static_cast<std::int8_t>(isLevel ? level : 0));
    }
}

/// Values of 0 to 15 by `offset` and `scale`, rounded by adding `half` and cutting.
void writeNibbles(const float* values, std::uint8_t* bytes, float offset, float scale, float half)
{
    const auto level = [&](float value) {
        const float x = (value - offset) * scale + half;
        return x >= 15 ? 15U : x > 0 ? static_cast<unsigned>(x) : 0U; // 0 if not a number
    };
    for (std::int64_t j = 0; j < kHalfBlock; ++j) {
        bytes[j] = static_cast<std::uint8_t>(level(values[j]) | level(values[j + kHalfBlock]) << 4);
    }
}

void writeQ4_0(const float* values, std::uint8_t* bytes)
{
    float extreme = 0; // the first value of the largest magnitude, with its sign
    for (std::int64_t j = 0; j < kBlock; ++j) {
        extreme = std::abs(values[j]) > std::abs(extreme) ? values[j] : extreme;
    }
    const float d = extreme / -8, inverse = d != 0 ? 1 / d : 0;
    putHalf(bytes, d);
    writeNibbles(values, bytes, 0, inverse, 8.5F);
}

void writeQ4_1(const float* values, std::uint8_t* bytes)
{
    const auto [least, most] = std::minmax_element(values, values + kBlock);
    const float d = (*most - *least) / 15, inverse = d != 0 ? 1 / d : 0;
    putHalf(bytes, d);
    putHalf(bytes, *least);
    writeNibbles(values, bytes, *least, inverse, 0.5F);
}

using ReadBlock = void (*)(const std::uint8_t*, float*);
using WriteBlock = void (*)(const float*, std::uint8_t*);

ReadBlock readerOf(BlockType type)
{
    switch (type) {
    case BlockType::F16:
        return readF16;
    case BlockType::BF16:
        return readBf16;
    case BlockType::Q4_0:
        return readQ4_0;
    case BlockType::Q4_1:
        return readQ4_1;
    case BlockType::Q5_0:
        return readQ5_0;
    case BlockType::Q5_1:
        return readQ5_1;
    case BlockType::Q8_0:
        return readQ8_0;
    case BlockType::Q2_K:
        return readQ2_K;
    case BlockType::Q3_K:
        return readQ3_K;
    case BlockType::Q4_K:
        return readQ4_K;
    case BlockType::Q5_K:
        return readQ5_K;
    case BlockType::Q6_K:
        return readQ6_K;
    default:
        return nullptr;
    }
}

WriteBlock writerOf(BlockType type)
{
    switch (type) {
    case BlockType::F16:
        return [](const float* value, std::uint8_t* bytes) { putHalf(bytes, *value); };
    case BlockType::BF16:
        return writeBf16;
    case BlockType::Q8_0:
        return writeQ8_0;
    case BlockType::Q4_0:
        return writeQ4_0;
    case BlockType::Q4_1:
        return writeQ4_1;
    default:
        return nullptr;
    }
}

[[noreturn]] void failFor(BlockType type, const char* verb)
{
    throw Error(ErrorCode::Unsupported, "Numbers packed as " + std::string(packingOf(type).name) +
                                            " cannot be " + verb + " here.");
}

void requireWholeBlocks(const Packing& packing, std::int64_t elements)
{
    if (elements < 0 || elements % packing.elements != 0) {
        throw Error(ErrorCode::Internal, std::to_string(elements) +
                                             " numbers are no whole blocks of " +
                                             std::to_string(packing.elements) + " each.");
    }
}

} // namespace

void dequantize(BlockType type, const void* blocks, std::int64_t elements, float* values)
{
    const Packing& packing = packingOf(type);
    requireWholeBlocks(packing, elements);
    const auto* bytes = static_cast<const std::uint8_t*>(blocks);
    if (type == BlockType::F32) {
        std::memcpy(values, bytes, static_cast<std::size_t>(elements) * sizeof(float));
        return;
    }
    const ReadBlock read = readerOf(type);
    if (read == nullptr) {
        failFor(type, "read");
    }
    for (std::int64_t i = 0; i < elements; i += packing.elements, bytes += packing.bytes) {
        read(bytes, values + i);
    }
}

void quantize(BlockType type, const float* values, std::int64_t elements, void* blocks)
{
    const Packing& packing = packingOf(type);
    requireWholeBlocks(packing, elements);
    auto* bytes = static_cast<std::uint8_t*>(blocks);
    if (type == BlockType::F32) {
        std::memcpy(bytes, values, static_cast<std::size_t>(elements) * sizeof(float));
        return;
    }
    const WriteBlock write = writerOf(type);
    if (write == nullptr) {
        failFor(type, "written");
    }
    for (std::int64_t i = 0; i < elements; i += packing.elements, bytes += packing.bytes) {
        write(values + i, bytes);
    }
}

} // namespace espalier
