// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/ModelTensors.h"

#include "core/base/Error.h"
#include "core/base/Sha256.h"
#include "core/checkpoint/SafetensorsFile.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <tuple>
#include <utility>

namespace espalier {

namespace {

Tensor asStored(const Tensor& tensor, at::ScalarType dtype)
{
    return tensor.detach().to(at::kCPU, dtype).contiguous();
}

/// By the extremes, which a NaN takes over: at::isfinite would hold copies of the whole tensor.
bool isFinite(const Tensor& tensor)
{
    if (!c10::isFloatingType(tensor.scalar_type())) {
        return true;
    }
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
                                        std::string(safetensorsNameOf(stored.scalar_type())) +
                                        ". Start from a checkpoint in bf16 or fp32.");
}

} // namespace

ModelTensors::ModelTensors(Transformer& model, const std::function<void()>& progress)
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
    const Tensor stored = asStored(tensor.second, m_model.storedType(tensor.first));
    checkNumbers(tensor, stored);
    m_rounded = m_rounded || !at::equal(stored.to(tensor.second.scalar_type()), tensor.second);
    Sha256 hash;
    hash.add(stored.cpu().const_data_ptr(), stored.nbytes());
    const auto bytes = static_cast<std::int64_t>(stored.nbytes());
    m_bytes += bytes;
    m_expected[tensor.first] = {.dtype = std::string(safetensorsNameOf(stored.scalar_type())),
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
    for (const Entry& entry : m_entries) {
        const at::ScalarType dtype = m_model.storedType(entry.name);
        tensors.push_back({.name = entry.name,
                           .dtype = dtype,
                           .shape = entry.shape,
                           .produce = [this, block = entry.block, place = entry.place, dtype] {
                               return asStored(tensorsOf(block)[place].second, dtype);
                           }});
    }
    return tensors;
}

} // namespace espalier
