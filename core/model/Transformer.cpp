// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/Transformer.h"

#include "core/base/Error.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/model/Encoder.h"
#include "core/model/LinearsOnly.h"
#include "core/model/Prefetch.h"
#include "core/model/VisionEncoder.h"

#include <ATen/ATen.h>

#include <numeric>
#include <set>

namespace espalier {

namespace {

/// Where each of the model's blocks is in the source.
std::vector<std::int64_t> resolved(const std::vector<std::int64_t>& keepBlocks, std::int64_t layers)
{
    if (keepBlocks.empty()) {
        std::vector<std::int64_t> all(static_cast<std::size_t>(layers));
        std::iota(all.begin(), all.end(), 0);
        return all;
    }
    std::set<std::int64_t> seen;
    for (const std::int64_t index : keepBlocks) {
        if (index < 0 || index >= layers) {
            throw Error(ErrorCode::InvalidInput, "Block " + std::to_string(index) +
                                                     " is to be kept, the model has blocks 0 to " +
                                                     std::to_string(layers - 1) + ".");
        }
        if (!seen.insert(index).second) {
            throw Error(ErrorCode::InvalidInput,
                        "Block " + std::to_string(index) + " is to be kept twice.");
        }
    }
    return keepBlocks;
}

at::ScalarType torchType(NumberType type)
{
    switch (type) {
    case NumberType::Float32:
        return at::kFloat;
    case NumberType::BFloat16:
        return at::kBFloat16;
    case NumberType::Float16:
        return at::kHalf;
    }
    throw Error(ErrorCode::Internal, "A number type without a libtorch counterpart.");
}

} // namespace

Block::~Block() = default;

std::vector<Tensor> Block::parameters() const
{
    std::vector<Tensor> all;
    for (const auto& [name, tensor] : tensors(0)) {
        all.push_back(tensor);
    }
    return all;
}

struct Transformer::Prefetch : BlockReader {
    using BlockReader::BlockReader;
};

Transformer::Transformer(ModelConfig config, std::shared_ptr<WeightSource> source,
                         const LoadOptions& options)
    : m_config(std::move(config))
    , m_source(std::move(source))
    , m_options(options)
{
    m_options.keepBlocks = resolved(options.keepBlocks, m_config.layers);
    if (!options.keepBlocks.empty()) {
        espalier::keepBlocks(m_config, m_options.keepBlocks);
    }
    m_leases.assign(m_options.keepBlocks.size(), 0);
    if (m_options.residency == Residency::Streamed) {
        m_prefetch = std::make_unique<Prefetch>(
            [this](std::int64_t index) {
                const auto i = static_cast<std::size_t>(index);
                m_blocks[i]->load(*m_source, m_options.keepBlocks[i], weightOptions());
            },
            [this](std::int64_t index) { m_blocks[static_cast<std::size_t>(index)]->release(); });
    }
}

Transformer::~Transformer() = default;

Transformer::Lease::Lease(Transformer& model, std::int64_t index)
    : m_model(model)
    , m_index(index)
{
    if (index < 0 || index >= model.blocks()) {
        throw Error(ErrorCode::Internal, "Block " + std::to_string(index) + " of " +
                                             std::to_string(model.blocks()) + ".");
    }
    const auto i = static_cast<std::size_t>(index);
    if (model.m_prefetch && model.m_leases[i] == 0) {
        model.m_prefetch->bring(index);
    }
    ++model.m_leases[i];
}

Transformer::Lease::~Lease()
{
    const auto i = static_cast<std::size_t>(m_index);
    if (--m_model.m_leases[i] == 0 && m_model.m_prefetch) {
        m_model.m_blocks[i]->release();
    }
}

Block& Transformer::Lease::operator*() const
{
    return *m_model.m_blocks[static_cast<std::size_t>(m_index)];
}

Block* Transformer::Lease::operator->() const
{
    return m_model.m_blocks[static_cast<std::size_t>(m_index)].get();
}

void Transformer::prefetch(std::int64_t index)
{
    if (m_prefetch && index >= 0 && index < blocks() &&
        m_leases[static_cast<std::size_t>(index)] == 0) {
        m_prefetch->request(index);
    }
}

void Transformer::overlayBlock(std::int64_t index, const Path& file)
{
    const auto i = static_cast<std::size_t>(index);
    if (m_prefetch) {
        m_prefetch->forget(index); // it may have read the old weights already
    }
    m_source->overlay(file);
    if (!m_prefetch) {
        m_blocks.at(i)->load(*m_source, m_options.keepBlocks[i], weightOptions());
    }
}

void Transformer::saveBlock(std::int64_t index, const Path& file)
{
    const auto i = static_cast<std::size_t>(index);
    if (!m_blocks.at(i)->isLoaded()) {
        throw Error(ErrorCode::Internal,
                    "Block " + std::to_string(index) + " is to be saved and is not leased.");
    }
    writeSafetensors(file, m_blocks[i]->tensors(m_options.keepBlocks[i]));
}

std::vector<NamedTensor> Transformer::namedParameters()
{
    std::vector<NamedTensor> all = outerTensors();
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        for (const auto& [name, view] : m_blocks[i]->tensors(m_options.keepBlocks[i])) {
            all.emplace_back(name, view);
        }
    }
    const std::vector<Tensor> computed = parameters(); // not the views that files are written from
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].second = computed[i];
    }
    return all;
}

std::vector<Tensor> Transformer::parameters()
{
    if (m_prefetch) {
        throw Error(ErrorCode::Internal,
                    "Only a resident model can be trained; this one is streamed.");
    }
    std::vector<Tensor> all;
    for (const auto& [name, tensor] : outerTensors()) {
        all.push_back(tensor);
    }
    for (const auto& block : m_blocks) {
        const std::vector<Tensor> inner = block->parameters();
        all.insert(all.end(), inner.begin(), inner.end());
    }
    return all;
}

std::vector<Linear*> Transformer::linears()
{
    std::vector<Linear*> all;
    for (const auto& block : m_blocks) {
        const std::vector<Linear*> linears = block->linears();
        all.insert(all.end(), linears.begin(), linears.end());
    }
    return all;
}

Json Transformer::configJson() const
{
    Json config = m_config.raw;
    if (!m_config.layersKey.empty()) {
        config[m_config.layersKey] = blocks();
    }
    return config;
}

at::ScalarType Transformer::storedType(const std::string&) const
{
    return torchType(m_config.storedType);
}

std::unique_ptr<Transformer> openModel(const Path& folder, const LoadOptions& options)
{
    switch (readModelConfig(folder).kind) {
    case ModelKind::CausalLM:
        return CausalLM::open(folder, options);
    case ModelKind::Encoder:
        return Encoder::open(folder, options);
    case ModelKind::VisionEncoder:
        return VisionEncoder::open(folder, options);
    case ModelKind::LinearsOnly:
        break;
    }
    return LinearsOnly::open(folder, options);
}

void Transformer::loadResident()
{
    if (m_options.residency == Residency::Resident) {
        for (std::size_t i = 0; i < m_blocks.size(); ++i) {
            m_blocks[i]->load(*m_source, m_options.keepBlocks[i], weightOptions());
        }
    }
}

Tensor Transformer::readOuter(const std::string& name) const
{
    return m_source->read(name).to(weightOptions());
}

at::TensorOptions Transformer::weightOptions() const
{
    return at::TensorOptions().dtype(dtype()).device(m_options.device);
}

at::ScalarType Transformer::dtype() const
{
    return torchType(m_options.dtype);
}

} // namespace espalier
