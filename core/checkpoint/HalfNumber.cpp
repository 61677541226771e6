// SPDX-License-Identifier: GPL-3.0-or-later
// IEEE half precision by integers alone: the same on every machine, and without libtorch.

#include "core/checkpoint/GgufBlocks.h"

#include <bit>

namespace espalier {

float floatOfHalf(std::uint16_t half)
{
    const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16;
    const std::uint32_t exponent = half >> 10 & 0x1FU;
    std::uint32_t fraction = half & 0x3FFU;
    if (exponent == 0x1F) { // infinite or not a number
        return std::bit_cast<float>(sign | 0x7F800000U | fraction << 13);
    }
    if (exponent != 0) {
        return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
    }
    if (fraction == 0) {
        return std::bit_cast<float>(sign);
    }
    std::uint32_t shifted = 113; // a subnormal half is a normal float
    for (; (fraction & 0x400U) == 0; fraction <<= 1) {
        --shifted;
    }
    return std::bit_cast<float>(sign | shifted << 23 | (fraction & 0x3FFU) << 13);
}

std::uint16_t halfOfFloat(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = bits >> 16 & 0x8000U;
    const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
    if (magnitude > 0x7F800000U) { // not a number
        return static_cast<std::uint16_t>(sign | 0x7E00U);
    }
    if (magnitude >= 0x477FF000U) { // rounds to 65536 or more
        return static_cast<std::uint16_t>(sign | 0x7C00U);
    }
    if (magnitude < 0x33000000U) { // below half of the smallest subnormal
        return static_cast<std::uint16_t>(sign);
    }
    const bool isNormal = magnitude >= 0x38800000U;
    const std::uint32_t shift = isNormal ? 13 : 126 - (magnitude >> 23);
    const std::uint32_t whole =
        isNormal ? magnitude - 0x38000000U : ((magnitude & 0x7FFFFFU) | 0x800000U);
    const std::uint32_t kept = whole >> shift, cut = whole & ((1U << shift) - 1);
    const std::uint32_t middle = 1U << (shift - 1);
    const bool isUp = cut > middle || (cut == middle && (kept & 1U) != 0);
    return static_cast<std::uint16_t>(sign | (kept + (isUp ? 1 : 0)));
}

} // namespace espalier
