// SPDX-License-Identifier: GPL-3.0-or-later
// Blocks of 256 values: groups of 16 or 32 with a small integer scale each, and one scale (d) or
// two (d and dmin) in half precision over all. A value is d * scale * level, in some types minus
// dmin * smallest. Compiled without fused multiply and add, as GgufBlocks.cpp is.
//
//   type  bytes, in this order                                                    group
//   Q2_K  16 scale and smallest (4 bits each), 64 levels (2 bits), d, dmin        16
//   Q3_K  32 third bits, 64 levels (2 bits), 12 scales (6 bits), d                16
//   Q4_K  d, dmin, 12 scales and smallest (6 bits), 128 levels (4 bits)           32
//   Q5_K  d, dmin, 12 scales and smallest, 32 fifth bits, 128 levels              32
//   Q6_K  128 lower levels (4 bits), 64 upper (2 bits), 16 scales (8 bits), d     16

#include "core/checkpoint/GgufSuperBlocks.h"

#include "core/checkpoint/GgufBlocks.h"

#include <cstring>

namespace espalier {

namespace {

float halfAt(const std::uint8_t* bytes)
{
    std::uint16_t half = 0;
    std::memcpy(&half, bytes, sizeof half);
    return floatOfHalf(half);
}

struct ScaleAndLeast {
    int scale = 0, least = 0;
};

/// Group `j` of eight: twelve bytes hold eight pairs of six bits. The first four scales and the
/// first four smallest stand in the lower six bits of their bytes; of the others, four bits stand
/// in the last four bytes and two on top of the first eight.
ScaleAndLeast sixBits(const std::uint8_t* packed, int j)
{
    if (j < 4) {
        return {packed[j] & 63, packed[j + 4] & 63};
    }
    return {(packed[j + 4] & 0x0F) | packed[j - 4] >> 6 << 4,
            packed[j + 4] >> 4 | packed[j] >> 6 << 4};
}

} // namespace

void readQ2_K(const std::uint8_t* bytes, float* values)
{
    const std::uint8_t* scales = bytes;
    const std::uint8_t* levels = bytes + 16;
    const float d = halfAt(bytes + 80), dmin = halfAt(bytes + 82);
    for (int i = 0; i < 256; ++i) {
        // Each half of 128 values: its 32 bytes hold the values j, j + 32, j + 64 and j + 96.
        const int half = i / 128, shift = i % 128 / 32 * 2;
        const int level = levels[half * 32 + i % 32] >> shift & 3;
        const float scale = d * static_cast<float>(scales[i / 16] & 0x0F);
        const float least = dmin * static_cast<float>(scales[i / 16] >> 4);
        values[i] = scale * static_cast<float>(level) - least;
    }
}

void readQ3_K(const std::uint8_t* bytes, float* values)
{
    const std::uint8_t* thirds = bytes;
    const std::uint8_t* levels = bytes + 32;
    const std::uint8_t* scales = bytes + 96;
    const float d = halfAt(bytes + 108);
    for (int group = 0; group < 16; ++group) {
        const int low = scales[group % 8] >> (group / 8 * 4) & 0x0F;
        const int high = scales[8 + group % 4] >> (group / 4 * 2) & 3;
        const float scale = d * static_cast<float>((low | high << 4) - 32);
        for (int i = group * 16; i < group * 16 + 16; ++i) {
            const int half = i / 128, shift = i % 128 / 32 * 2;
            const int level = levels[half * 32 + i % 32] >> shift & 3;
            const bool isSet = (thirds[i % 32] >> (i / 32) & 1) != 0; // not set: four less
            values[i] = scale * static_cast<float>(level - (isSet ? 0 : 4));
        }
    }
}

void readQ4_K(const std::uint8_t* bytes, float* values)
{
    const float d = halfAt(bytes), dmin = halfAt(bytes + 2);
    const std::uint8_t* levels = bytes + 16;
    for (int group = 0; group < 8; ++group) {
        const ScaleAndLeast pair = sixBits(bytes + 4, group);
        const float scale = d * static_cast<float>(pair.scale);
        const float least = dmin * static_cast<float>(pair.least);
        for (int j = 0; j < 32; ++j) {
            const int level = levels[group / 2 * 32 + j] >> (group % 2 * 4) & 0x0F;
            values[group * 32 + j] = scale * static_cast<float>(level) - least;
        }
    }
}

void readQ5_K(const std::uint8_t* bytes, float* values)
{
    const float d = halfAt(bytes), dmin = halfAt(bytes + 2);
    const std::uint8_t* fifths = bytes + 16;
    const std::uint8_t* levels = bytes + 48;
    for (int group = 0; group < 8; ++group) {
        const ScaleAndLeast pair = sixBits(bytes + 4, group);
        const float scale = d * static_cast<float>(pair.scale);
        const float least = dmin * static_cast<float>(pair.least);
        for (int j = 0; j < 32; ++j) {
            const int level = (levels[group / 2 * 32 + j] >> (group % 2 * 4) & 0x0F) |
                              (fifths[j] >> group & 1) << 4;
            values[group * 32 + j] = scale * static_cast<float>(level) - least;
        }
    }
}

void readQ6_K(const std::uint8_t* bytes, float* values)
{
    const std::uint8_t* lower = bytes;
    const std::uint8_t* upper = bytes + 128;
    const auto* scales = reinterpret_cast<const std::int8_t*>(bytes + 192);
    const float d = halfAt(bytes + 208);
    for (int i = 0; i < 256; ++i) {
        const int half = i / 128, quarter = i % 128 / 32, j = i % 32;
        const int low = lower[half * 64 + quarter % 2 * 32 + j] >> (quarter / 2 * 4) & 0x0F;
        const int high = upper[half * 32 + j] >> (quarter * 2) & 3;
        const float scale = d * static_cast<float>(scales[i / 16]);
        values[i] = scale * static_cast<float>((low | high << 4) - 32);
    }
}

} // namespace espalier
