// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/kernels/KernelSet.h"

#include <cstdint>
#include <span>

namespace espalier {

/// Keys and values of one head, packed once and read by every query: keys in panels of 32 positions
/// [panels x headDim x 32], values in panels of 32 numbers [panels x capacity x 32]. A view; the
/// memory is somebody else's, and has to hold numbers from the start: keys that are not there yet
/// are multiplied with, though the products are not used.
struct ESPALIER_API PackedKeyValues {
    float* keys = nullptr;
    float* values = nullptr;
    std::int64_t capacity = 0; // positions there is room for
    std::int64_t headDim = 0;

    /// Numbers that keys, or values, take.
    static std::int64_t keySize(std::int64_t capacity, std::int64_t headDim);
    static std::int64_t valueSize(std::int64_t capacity, std::int64_t headDim);

    /// Different positions may be put on different threads.
    void put(std::int64_t position, const float* key, const float* value) const;
};

/// One query and the positions it sees, [begin, end): at least one.
struct AttentionRow {
    const float* query = nullptr; // [headDim]
    float* output = nullptr;      // [headDim]
    std::int64_t begin = 0, end = 0;
};

/// softmax(scale * query keys^T) values for up to kernels.maxRows queries of one head. Each row has
/// the bits it would have alone. `scratch` holds attentionScratch() numbers.
ESPALIER_API void attend(const KernelSet& kernels, const PackedKeyValues& head,
                         std::span<const AttentionRow> rows, float scale, float* scratch);

/// For rows that see positions below `end`.
ESPALIER_API std::int64_t attentionScratch(const KernelSet& kernels, std::int64_t end,
                                           std::int64_t headDim);

} // namespace espalier
