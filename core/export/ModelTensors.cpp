// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/ModelTensors.h"

#include "core/base/Error.h"
#include "core/base/Sha256.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <tuple>
#include <utility>

namespace espalier {

namespace {

std::string formatName(at::ScalarType dtype)
{
    switch (dtype) {
    case at::kBFloat16:
        return "BF16";
    case at::kHalf:
        return "F16";
    default:
        return "F32";
    }
}

Tensor asStored(const Tensor& tensor, at::ScalarType dtype)
{
    return tensor.detach().to(at::kCPU, dtype).contiguous();
}

/// By the extremes, which a NaN takes over: at::isfinite would hold copies of the whole tensor.
bool isFinite(const Tensor& tensor)
{
    const auto [lowest, highest] = at::aminmax(tensor.detach());
    return std::isfinite(lowest.item<double>()) && std::isfinite(highest.item<double>());
}

void checkNumbers(const NamedTensor& tensor, const Tensor& stored)
{
    if (isFinite(stored)) {
        return;
    }
    if (!isFinite(tensor.second)) {
        throw Error(ErrorCode::Numeric,
                    "The tensor " + tensor.first +
                        " holds values that are not finite numbers, so the model is not exported. "
                        "Look at the run's loss for where it broke.");
    }
    throw Error(ErrorCode::Numeric, "The tensor " + tensor.first + " has a weight of magnitude " +
                                        std::to_string(tensor.second.abs().max().item<double>()) +
                                        ", too large for the checkpoint's type " +
                                        formatName(stored.scalar_type()) +
                                        ". Start from a checkpoint in bf16 or fp32.");
}

/// Weights rounded to the stored type while this lives.
class RoundedWeights {
public:
    RoundedWeights(const std::vector<NamedTensor>& tensors, at::ScalarType dtype, bool isNeeded)
    {
        for (const auto& [name, tensor] : tensors) {
            if (isNeeded) {
                m_saved.emplace_back(tensor, tensor.detach().clone());
                tensor.detach().copy_(tensor.detach().to(dtype));
            }
        }
    }

    ~RoundedWeights()
    {
        for (const auto& [tensor, before] : m_saved) {
            tensor.detach().copy_(before);
        }
    }

    RoundedWeights(const RoundedWeights&) = delete;
    RoundedWeights& operator=(const RoundedWeights&) = delete;

private:
    std::vector<std::pair<Tensor, Tensor>> m_saved;
};

} // namespace

at::ScalarType storedDtype(const ModelConfig& config)
{
    switch (config.storedType) {
    case NumberType::BFloat16:
        return at::kBFloat16;
    case NumberType::Float16:
        return at::kHalf;
    case NumberType::Float32:
        break;
    }
    return at::kFloat;
}

ModelTensors::ModelTensors(CausalLM& model, const std::function<void()>& progress)
    : m_model(model)
{
    for (std::int64_t block = kOuter; block < model.blocks(); ++block) {
        progress();
        model.prefetch(block + 1 < model.blocks() ? block + 1 : 0);
        const std::vector<NamedTensor>& tensors = tensorsOf(block);
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            add(tensors[i], block, i);
        }
    }
}

void ModelTensors::add(const NamedTensor& tensor, std::int64_t block, std::size_t place)
{
    const Tensor stored = asStored(tensor.second, storedDtype(m_model.config()));
    checkNumbers(tensor, stored);
    m_rounded = m_rounded || !at::equal(stored.to(tensor.second.scalar_type()), tensor.second);
    Sha256 hash;
    hash.add(stored.cpu().const_data_ptr(), stored.nbytes());
    const auto bytes = static_cast<std::int64_t>(stored.nbytes());
    m_bytes += bytes;
    m_expected[tensor.first] = {.dtype = formatName(stored.scalar_type()),
                                .shape = stored.sizes().vec(),
                                .sha256 = hash.hex(),
                                .bytes = bytes};
    m_entries.push_back(
        {.name = tensor.first, .shape = stored.sizes().vec(), .block = block, .place = place});
}

const std::vector<NamedTensor>& ModelTensors::tensorsOf(std::int64_t block)
{
    if (m_current != block) {
        m_tensors.clear();
        m_lease.reset();
        if (block == kOuter) {
            m_tensors = m_model.outerTensors();
        } else {
            m_lease.emplace(m_model, block);
            m_tensors = (*m_lease)->tensors(block);
        }
        m_current = block;
    }
    return m_tensors;
}

std::vector<TensorToWrite> ModelTensors::toWrite()
{
    std::vector<TensorToWrite> tensors;
    const at::ScalarType dtype = storedDtype(m_model.config());
    for (const Entry& entry : m_entries) {
        tensors.push_back({.name = entry.name,
                           .dtype = dtype,
                           .shape = entry.shape,
                           .produce = [this, block = entry.block, place = entry.place, dtype] {
                               return asStored(tensorsOf(block)[place].second, dtype);
                           }});
    }
    return tensors;
}

Tensor logitsAsStored(CausalLM& model, const Tensor& tokens, bool isRounded)
{
    const at::NoGradGuard noGrad;
    const at::ScalarType dtype = storedDtype(model.config());
    const RoundedWeights outer(model.outerTensors(), dtype, isRounded);
    Tensor hidden = model.embed(tokens.unsqueeze(0));
    for (std::int64_t i = 0; i < model.blocks(); ++i) {
        const CausalLM::Lease block = model.lease(i);
        const RoundedWeights inner(block->tensors(i), dtype, isRounded);
        hidden = block->forward(hidden, nullptr, i);
    }
    return model.head(model.finalNorm(hidden[0])).cpu();
}

} // namespace espalier
