// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/Attention.h"
#include "core/kernels/Team.h"
#include "core/model/ModelConfig.h"

#include <cstdint>
#include <vector>

namespace espalier {

/// Keys and values of several sequences in all blocks, packed for attend(). A sequence's memory is
/// its own and is taken page by page as it grows.
class DecodeCache {
public:
    DecodeCache(const ModelConfig& config, std::int64_t blocks, std::int64_t sequences,
                std::int64_t capacity)
        : m_heads(config.keyValueHeads)
        , m_headDim(config.headDim)
        , m_capacity(capacity)
        , m_sequences(sequences)
    {
        const auto floats = static_cast<std::size_t>(m_heads * (keySize() + valueSize()));
        for (std::int64_t i = 0; i < blocks * sequences; ++i) {
            m_memory.emplace_back(floats * sizeof(float), Pages::Zero);
        }
    }

    std::int64_t capacity() const { return m_capacity; }

    PackedKeyValues head(std::int64_t block, std::int64_t sequence, std::int64_t head) const
    {
        const auto i = static_cast<std::size_t>(block * m_sequences + sequence);
        auto* own = reinterpret_cast<float*>(m_memory[i].data()) + head * (keySize() + valueSize());
        return {
            .keys = own, .values = own + keySize(), .capacity = m_capacity, .headDim = m_headDim};
    }

private:
    std::int64_t keySize() const { return PackedKeyValues::keySize(m_capacity, m_headDim); }

    std::int64_t valueSize() const { return PackedKeyValues::valueSize(m_capacity, m_headDim); }

    std::int64_t m_heads, m_headDim, m_capacity, m_sequences;
    std::vector<KernelMemory> m_memory;
};

} // namespace espalier
