// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/kernels/PackedWeight.h"
#include "core/model/CausalLM.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace espalier {

/// One decoder layer as the decoding loop reads it.
struct PackedBlock {
    PackedWeight qkv;    // rows of q, then k, then v
    PackedWeight output; // o
    PackedWeight gateUp; // in panels of 16 gates and their ups
    PackedWeight down;
    std::vector<float> inputNorm, postNorm;
    std::vector<float> queryNorm, keyNorm; // empty: none
    std::int64_t window = 0;               // positions a query sees, itself included; 0: all
    bool isRotated = true;
};

/// A model of the Llama kind (Llama, Mistral, Qwen2, Qwen3, SmolLM3) packed for DecodeLoop: fp32 or
/// bf16 weights, each held once, the tied head serving as embedding too. Never changes.
class ESPALIER_API DecodeModel {
public:
    /// The family is known, the weights are fp32 or bf16, and on the CPU.
    static bool handles(const CausalLM& model);

    /// Reads a folder one block at a time: at the peak the packed weights, one block and the
    /// embedding as the file has it are in memory. Nothing for what is not handled; throws as
    /// CausalLM::open does.
    static std::shared_ptr<const DecodeModel> open(const Path& folder, NumberType dtype);

    /// Packs a copy of the weights that `model` has now; its type is the model's. Throws
    /// Unsupported for what is not handled.
    explicit DecodeModel(CausalLM& model);

    const ModelConfig& config() const { return m_config; }

    const std::vector<PackedBlock>& blocks() const { return m_blocks; }

    const PackedWeight& embedding() const { return m_config.tiedEmbeddings ? m_head : m_embedding; }

    const PackedWeight& head() const { return m_head; }

    const std::vector<float>& finalNorm() const { return m_finalNorm; }

    /// Cosines and sines of positions below `positions`, fp32 [positions x headDim / 2] each.
    std::pair<at::Tensor, at::Tensor> rotaryTable(std::int64_t positions) const;

    /// Of all packed weights.
    std::size_t bytes() const;

private:
    void pack(const std::vector<NamedTensor>& tensors, std::int64_t index);

    ModelConfig m_config;
    PackedType m_type;
    std::vector<PackedBlock> m_blocks;
    PackedWeight m_embedding, m_head; // m_embedding is empty when tied
    std::vector<float> m_finalNorm;
};

} // namespace espalier
