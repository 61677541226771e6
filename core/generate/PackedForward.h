// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/generate/DecodeCache.h"
#include "core/generate/PackedBlock.h"
#include "core/kernels/PackedGemm.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace espalier {

/// A token at its position in its sequence.
struct DecodeRow {
    std::int64_t sequence = 0, position = 0;
    std::int32_t token = 0;
    std::int64_t top = -1; // which row of the head's input it becomes; negative: none
};

/// Packed blocks applied to rows of hidden states, keys and values of their sequences kept. A block
/// is six lists of work with a barrier after each:
///
///   qkv = norm(x) Wqkv^T | rotate q and k, put k and v | attend | x += mixed Wo^T
///                        | inner = silu(gate) * up of norm(x) | x += inner Wdown^T
class PackedForward {
public:
    /// Keys and values of `blocks` blocks, `sequences` sequences and `capacity` positions.
    PackedForward(const ModelConfig& config, std::int64_t blocks, std::int64_t sequences,
                  std::int64_t capacity);

    std::int64_t capacity() const { return m_cache.capacity(); }

    const std::vector<DecodeRow>& rows() const { return m_rows; }

    std::int64_t rowCount() const { return static_cast<std::int64_t>(m_rows.size()); }

    /// The rows that follow: one sequence's stand together, in order of position.
    void setRows(std::vector<DecodeRow> rows);
    /// By every member of a team: x [rows x hiddenSize] becomes what comes after `block`, whose
    /// keys and values are at `index` of the cache.
    void run(TeamMember& member, const PackedBlock& block, std::int64_t index, float* x);
    /// RMSNorm of rows of hidden states, as a product applies it.
    ProductRows normed(const float* values, std::int64_t count,
                       const std::vector<float>& norm) const;

private:
    /// Neighbouring rows of one sequence whose queries share a tile.
    struct Unit {
        std::int64_t first = 0, rows = 0;
    };

    std::int64_t group() const { return m_config.heads / m_config.keyValueHeads; }

    void normHead(float* head, const std::vector<float>& norm) const;
    void place(const PackedBlock& block, std::int64_t index, std::int64_t i);
    void attention(TeamMember& member, const PackedBlock& block, std::int64_t index);
    void attendUnit(const PackedBlock& block, const PackedKeyValues& cached, const Unit& unit,
                    std::int64_t head, float* scratch);
    AttentionRow attentionRow(const PackedBlock& block, std::int64_t i, std::int64_t head);

    ModelConfig m_config;
    const KernelSet& m_kernels = kernelSet();
    DecodeCache m_cache;
    std::int64_t m_queries, m_qkvWidth; // numbers of a row of q, and of q, k and v
    at::Tensor m_cos, m_sin;            // [capacity x headDim / 2]
    std::vector<DecodeRow> m_rows;
    std::vector<Unit> m_units;
    std::vector<float> m_qkv, m_mixed, m_inner; // row after row
};

} // namespace espalier
