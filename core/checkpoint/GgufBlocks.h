// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace espalier {

/// How numbers are packed in a GGUF file, by the format's own names and numbers. Those left out
/// are known by name (see packingOf) but neither read nor written.
enum class BlockType : std::uint32_t {
    F32 = 0, // the format counts from zero
    F16 = 1,
    Q4_0 = 2,
    Q4_1 = 3,
    Q5_0 = 6,
    Q5_1 = 7,
    Q8_0 = 8,
    Q2_K = 10,
    Q3_K = 11,
    Q4_K = 12,
    Q5_K = 13,
    Q6_K = 14,
    BF16 = 30
};

/// A type's blocks: `elements` numbers are packed into `bytes`.
struct Packing {
    BlockType type = BlockType::F32;
    std::string_view name = {}; // "Q4_1"
    std::int64_t elements = 1, bytes = 4;
    bool isReadable = false; // dequantize() takes it
    bool isWritable = false; // quantize() takes it
};

/// Nothing for a number the format does not give to any type.
ESPALIER_API std::optional<Packing> packingOf(std::uint32_t number);
ESPALIER_API const Packing& packingOf(BlockType type);
/// "q8_0" or "Q8_0"; nothing for an unknown name.
ESPALIER_API std::optional<Packing> packingNamed(std::string_view name);

/// Unpacks whole blocks, bit for bit as the format's reference code does: `elements` is a multiple
/// of the type's, `blocks` has elements / packing.elements * packing.bytes bytes. Throws
/// Unsupported for a type that is not readable.
ESPALIER_API void dequantize(BlockType type, const void* blocks, std::int64_t elements,
                             float* values);

/// Packs finite numbers, bit for bit as the reference quantisers do. Throws Unsupported for a type
/// that is not writable.
ESPALIER_API void quantize(BlockType type, const float* values, std::int64_t elements,
                           void* blocks);

/// IEEE half precision and back; to the nearest, ties to even.
ESPALIER_API float floatOfHalf(std::uint16_t half);
ESPALIER_API std::uint16_t halfOfFloat(float value);

} // namespace espalier
