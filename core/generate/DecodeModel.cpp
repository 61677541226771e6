// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/DecodeModel.h"

#include "core/base/Error.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <string_view>

namespace espalier {

namespace {

const Tensor& require(const std::vector<NamedTensor>& tensors, std::string_view wanted)
{
    for (const auto& [name, tensor] : tensors) {
        if (name == wanted) {
            return tensor;
        }
    }
    throw Error(ErrorCode::Internal, "The model has no tensor " + std::string(wanted) +
                                         ", which its decoding loop needs.");
}

} // namespace

std::shared_ptr<const DecodeModel> DecodeModel::open(const Path& folder, NumberType dtype)
{
    const auto model = CausalLM::open(folder, {.dtype = dtype, .residency = Residency::Streamed});
    return canPack(*model) ? std::make_shared<const DecodeModel>(*model) : nullptr;
}

DecodeModel::DecodeModel(CausalLM& model)
    : m_config(model.config())
{
    if (!canPack(model)) {
        throw Error(ErrorCode::Unsupported,
                    "The decoding loop runs Llama, Mistral, Qwen2, Qwen3 and SmolLM3 on the CPU in "
                    "fp32 and bf16; this model is " +
                        m_config.family + " on " + model.device().str() + " in " +
                        c10::toString(model.dtype()) + ".");
    }
    const at::NoGradGuard noGrad;
    const PackedType type = packedType(model);
    const std::vector<NamedTensor> outer = model.outerTensors();
    m_finalNorm = numbersOf(require(outer, "model.norm.weight"));
    m_head = packWeight(model.headWeight(), type);
    if (!m_config.tiedEmbeddings) {
        m_embedding = packWeight(require(outer, "model.embed_tokens.weight"), type);
    }
    for (std::int64_t i = 0; i < model.blocks(); ++i) {
        m_blocks.push_back(packBlock(m_config, model.lease(i)->tensors(i), i, type));
    }
}

std::size_t DecodeModel::bytes() const
{
    std::size_t sum = m_head.bytes() + m_embedding.bytes();
    for (const PackedBlock& block : m_blocks) {
        sum += block.qkv.bytes() + block.output.bytes() + block.gateUp.bytes() + block.down.bytes();
    }
    return sum;
}

} // namespace espalier
