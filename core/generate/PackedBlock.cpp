// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/PackedBlock.h"

#include "core/base/Error.h"
#include "core/kernels/PackedGemm.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>

namespace espalier {

namespace {

using Tensors = std::map<std::string, Tensor>;
using Place = std::function<std::int64_t(std::int64_t row)>; // output of a row

constexpr std::array kFamilies{"llama", "mistral", "qwen2", "qwen3", "smollm3"};

bool isSet(const std::vector<bool>& byBlock, std::size_t index)
{
    return index < byBlock.size() && byBlock[index];
}

const Tensor& require(const Tensors& tensors, const std::string& name)
{
    const auto found = tensors.find(name);
    if (found == tensors.end()) {
        throw Error(ErrorCode::Internal,
                    "The model has no tensor " + name + ", which its decoding loop needs.");
    }
    return found->second;
}

void packRows(PackedWeight& packed, const Tensor& tensor, const Place& place)
{
    const Tensor W = tensor.detach().contiguous();
    const std::int64_t rows = W.size(0), inputs = W.size(1);
    at::parallel_for(0, rows, 64, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row) {
            if (W.scalar_type() == at::kFloat) {
                packed.setRow(place(row), W.const_data_ptr<float>() + row * inputs);
            } else {
                const auto* values =
                    reinterpret_cast<const std::uint16_t*>(W.const_data_ptr<at::BFloat16>());
                packed.setRow(place(row), values + row * inputs);
            }
        }
    });
}

void packBias(PackedWeight& packed, const Tensor& bias, const Place& place)
{
    const std::vector<float> values = numbersOf(bias);
    for (std::size_t i = 0; i < values.size(); ++i) {
        packed.setBias(place(static_cast<std::int64_t>(i)), values[i]);
    }
}

Place after(std::int64_t first)
{
    return [first](std::int64_t row) { return first + row; };
}

/// A linear's weight, and its bias where there is one.
void packLinear(PackedWeight& packed, const Tensors& tensors, const std::string& name,
                const Place& place)
{
    packRows(packed, require(tensors, name + ".weight"), place);
    if (const auto bias = tensors.find(name + ".bias"); bias != tensors.end()) {
        packBias(packed, bias->second, place);
    }
}

} // namespace

bool canPack(const CausalLM& model)
{
    return (model.dtype() == at::kFloat || model.dtype() == at::kBFloat16) &&
           model.device().is_cpu() &&
           std::ranges::find(kFamilies, model.config().family) != kFamilies.end();
}

PackedType packedType(const CausalLM& model)
{
    return model.dtype() == at::kFloat ? PackedType::Float32 : PackedType::BFloat16;
}

std::vector<float> numbersOf(const Tensor& tensor)
{
    const Tensor values = tensor.detach().to(at::kFloat).cpu().contiguous();
    const auto* begin = values.const_data_ptr<float>();
    return {begin, begin + values.numel()};
}

PackedWeight packWeight(const Tensor& weight, PackedType type)
{
    PackedWeight packed(weight.size(0), weight.size(1), type);
    packRows(packed, weight, after(0));
    return packed;
}

PackedBlock packBlock(const ModelConfig& config, const std::vector<NamedTensor>& named,
                      std::int64_t index, PackedType type)
{
    const std::string prefix = "model.layers." + std::to_string(index) + ".";
    Tensors tensors;
    for (const auto& [name, tensor] : named) {
        tensors[name.substr(std::min(prefix.size(), name.size()))] = tensor;
    }
    const ModelConfig& c = config;
    const std::int64_t queries = c.heads * c.headDim, keys = c.keyValueHeads * c.headDim;
    PackedBlock block;
    block.qkv = PackedWeight(queries + 2 * keys, c.hiddenSize, type);
    packLinear(block.qkv, tensors, "self_attn.q_proj", after(0));
    packLinear(block.qkv, tensors, "self_attn.k_proj", after(queries));
    packLinear(block.qkv, tensors, "self_attn.v_proj", after(queries + keys));
    block.output = PackedWeight(c.hiddenSize, queries, type);
    packLinear(block.output, tensors, "self_attn.o_proj", after(0));
    block.gateUp = PackedWeight(upOutput(c.intermediateSize - 1) + 1, c.hiddenSize, type);
    packLinear(block.gateUp, tensors, "mlp.gate_proj", gateOutput);
    packLinear(block.gateUp, tensors, "mlp.up_proj", upOutput);
    block.down = PackedWeight(c.hiddenSize, c.intermediateSize, type);
    packLinear(block.down, tensors, "mlp.down_proj", after(0));
    block.inputNorm = numbersOf(require(tensors, "input_layernorm.weight"));
    block.postNorm = numbersOf(require(tensors, "post_attention_layernorm.weight"));
    if (c.queryKeyNorms) {
        block.queryNorm = numbersOf(require(tensors, "self_attn.q_norm.weight"));
        block.keyNorm = numbersOf(require(tensors, "self_attn.k_norm.weight"));
    }
    const auto i = static_cast<std::size_t>(index);
    block.window = isSet(c.windowed, i) ? c.slidingWindow : 0;
    block.isRotated = !isSet(c.unrotated, i);
    return block;
}

} // namespace espalier
