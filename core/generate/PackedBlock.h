// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/kernels/PackedWeight.h"
#include "core/model/CausalLM.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace espalier {

/// One decoder layer of the Llama kind as the kernels read it.
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

/// The family is one of those (Llama, Mistral, Qwen2, Qwen3, SmolLM3), the weights are fp32 or
/// bf16, and on the CPU.
ESPALIER_API bool canPack(const CausalLM& model);

/// Of the model's weights: canPack() is true.
PackedType packedType(const CausalLM& model);

/// A copy of block `index`; `tensors` as Block::tensors(index) names them.
PackedBlock packBlock(const ModelConfig& config, const std::vector<NamedTensor>& tensors,
                      std::int64_t index, PackedType type);

/// `weight` is [outputs x inputs], fp32 or bf16.
PackedWeight packWeight(const at::Tensor& weight, PackedType type);

/// Values of a tensor in fp32.
std::vector<float> numbersOf(const at::Tensor& tensor);

} // namespace espalier
