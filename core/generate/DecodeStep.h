// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/generate/DecodeCache.h"
#include "core/generate/DecodeModel.h"
#include "core/kernels/PackedGemm.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace espalier {

/// A token at its position in its sequence.
struct DecodeRow {
    std::int64_t sequence = 0, position = 0;
    std::int32_t token = 0;
    std::int64_t top = -1; // which row of the head's input it becomes; negative: none
};

/// Rows on their way through all blocks, in one parallel region. A block is six lists of work with
/// a barrier after each:
///
///   qkv = norm(x) Wqkv^T | rotate q and k, put k and v | attend | x += mixed Wo^T
///                        | inner = silu(gate) * up of norm(x) | x += inner Wdown^T
class DecodeStep {
public:
    DecodeStep(std::shared_ptr<const DecodeModel> model, std::int64_t sequences,
               std::int64_t capacity);

    const DecodeModel& model() const { return *m_model; }

    std::int64_t capacity() const { return m_cache.capacity(); }

    /// How many rows the head will see, over all steps until the head's product.
    void expectTops(std::int64_t count);
    /// The rows of the next step: one sequence's stand together, in order of position.
    void setRows(std::vector<DecodeRow> rows);
    /// By every member of a team: rows to their hidden states, those with a `top` to the head.
    void run(TeamMember& member);
    /// By every member, after the last step: result = norm(tops) Whead^T.
    void headProduct(TeamMember& member, const ProductResult& result) const;

private:
    /// Neighbouring rows of one sequence whose queries share a tile.
    struct Unit {
        std::int64_t first = 0, rows = 0;
    };

    std::int64_t group() const { return m_config.heads / m_config.keyValueHeads; }

    std::int64_t rowCount() const { return static_cast<std::int64_t>(m_rows.size()); }

    ProductRows normed(const std::vector<float>& values, std::int64_t count,
                       const std::vector<float>& norm) const;
    void embed(TeamMember& member);
    void runBlock(TeamMember& member, std::size_t index);
    void keepTops(TeamMember& member);
    void normHead(float* head, const std::vector<float>& norm) const;
    void place(const PackedBlock& block, std::size_t blockIndex, std::int64_t i);
    void attention(TeamMember& member, const PackedBlock& block, std::size_t blockIndex);
    void attendUnit(const PackedBlock& block, const PackedKeyValues& cached, const Unit& unit,
                    std::int64_t head, float* scratch);
    AttentionRow attentionRow(const PackedBlock& block, std::int64_t i, std::int64_t head);

    std::shared_ptr<const DecodeModel> m_model;
    const ModelConfig& m_config;
    const KernelSet& m_kernels = kernelSet();
    DecodeCache m_cache;
    std::int64_t m_queries, m_qkvWidth; // numbers of a row of q, and of q, k and v
    at::Tensor m_cos, m_sin;            // [capacity x headDim / 2]
    std::vector<DecodeRow> m_rows;
    std::vector<Unit> m_units;
    std::int64_t m_topCount = 0;
    std::vector<float> m_x, m_qkv, m_mixed, m_inner, m_tops; // row after row
};

} // namespace espalier
