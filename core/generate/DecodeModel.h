// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/generate/PackedBlock.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace espalier {

/// A model of the Llama kind (Llama, Mistral, Qwen2, Qwen3, SmolLM3) packed for DecodeLoop: fp32 or
/// bf16 weights, each held once, the tied head serving as embedding too. Never changes.
class ESPALIER_API DecodeModel {
public:
    /// Reads a folder one block at a time: at the peak the packed weights, one block and the
    /// embedding as the file has it are in memory. Nothing for what canPack() refuses; throws as
    /// CausalLM::open does.
    static std::shared_ptr<const DecodeModel> open(const Path& folder, NumberType dtype);

    /// Packs a copy of the weights that `model` has now; its type is the model's. Throws
    /// Unsupported for what canPack() refuses.
    explicit DecodeModel(CausalLM& model);

    const ModelConfig& config() const { return m_config; }

    const std::vector<PackedBlock>& blocks() const { return m_blocks; }

    const PackedWeight& embedding() const { return m_config.tiedEmbeddings ? m_head : m_embedding; }

    const PackedWeight& head() const { return m_head; }

    const std::vector<float>& finalNorm() const { return m_finalNorm; }

    /// Of all packed weights.
    std::size_t bytes() const;

private:
    ModelConfig m_config;
    std::vector<PackedBlock> m_blocks;
    PackedWeight m_embedding, m_head; // m_embedding is empty when tied
    std::vector<float> m_finalNorm;
};

} // namespace espalier
