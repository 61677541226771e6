// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace espalier {

// One block of 256 values each; see GgufSuperBlocks.cpp for what stands where.
void readQ2_K(const std::uint8_t* bytes, float* values);
void readQ3_K(const std::uint8_t* bytes, float* values);
void readQ4_K(const std::uint8_t* bytes, float* values);
void readQ5_K(const std::uint8_t* bytes, float* values);
void readQ6_K(const std::uint8_t* bytes, float* values);

} // namespace espalier
