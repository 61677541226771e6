// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/GgufTensorList.h"

#include "core/base/Error.h"
#include "core/checkpoint/GgufTensors.h"
#include "core/export/GgufDescription.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <utility>

namespace espalier {

namespace {

constexpr std::int64_t kSmallBlock = 32;

bool isFourBits(BlockType type)
{
    return type == BlockType::Q4_0 || type == BlockType::Q4_1;
}

/// Positions are added, not multiplied by: llama.cpp wants them unpacked.
bool isKeptWhole(const std::string& name)
{
    return name.starts_with("position_embd.") || name.starts_with("token_types.");
}

} // namespace

/// Weights packed and unpacked while this lives.
class GgufTensorList::Rounded {
public:
    Rounded(const GgufTensorList& list, const std::vector<NamedTensor>& tensors, std::int64_t block)
    {
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            const Entry& entry = list.entryAt(block, i);
            const Tensor& weight = tensors[i].second;
            m_saved.emplace_back(weight, weight.detach().clone());
            const Tensor filed = list.inFileLayout(weight, entry.layout);
            const Tensor read =
                list.inModelLayout(asPacked(filed, entry.tensor.type), entry.layout);
            weight.detach().copy_(read);
        }
    }

    ~Rounded()
    {
        for (const auto& [tensor, before] : m_saved) {
            tensor.detach().copy_(before);
        }
    }

    Rounded(const Rounded&) = delete;
    Rounded& operator=(const Rounded&) = delete;

private:
    std::vector<std::pair<Tensor, Tensor>> m_saved = {};
};

GgufTensorList::GgufTensorList(CausalLM& model, BlockType type,
                               const std::function<void()>& progress)
    : m_model(model)
    , m_type(type)
    , m_family(requireGgufFamily(model.config()))
    , m_headName(model.config().tiedEmbeddings ? "token_embd.weight" : "output.weight")
{
    for (std::int64_t block = kOuter; block < model.blocks(); ++block) {
        progress();
        model.prefetch(block + 1 < model.blocks() ? block + 1 : 0);
        const std::vector<NamedTensor>& tensors = tensorsOf(block);
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            add(tensors[i], block, i);
        }
    }
    release();
}

void GgufTensorList::add(const NamedTensor& tensor, std::int64_t block, std::size_t place)
{
    auto name = ggufNameOf(m_family, tensor.first);
    if (!name) { // OpenAI's own GPT-2 files leave the prefix out
        name = ggufNameOf(m_family, "transformer." + tensor.first);
    }
    if (!name) {
        throw Error(ErrorCode::Unsupported, "The tensor " + tensor.first +
                                                " has no name in a GGUF file of the architecture " +
                                                std::string(m_family.name) +
                                                ". Export safetensors instead.");
    }
    Entry entry{.block = block, .place = place, .layout = name->layout};
    entry.tensor.name = name->name;
    entry.tensor.shape = tensor.second.sizes().vec();
    if (name->layout == GgufLayout::Transposed) {
        std::swap(entry.tensor.shape[0], entry.tensor.shape[1]);
    }
    entry.tensor.type = typeFor(*name, entry.tensor.shape);
    m_places[{block, place}] = m_entries.size();
    m_entries.push_back(std::move(entry));
}

BlockType GgufTensorList::typeFor(const GgufName& name, const std::vector<std::int64_t>& shape)
{
    if (shape.size() < 2 || isKeptWhole(name.name)) {
        return BlockType::F32;
    }
    const std::int64_t each = packingOf(m_type).elements;
    if (shape.back() % each != 0) {
        m_notes.push_back(name.name + " is stored as F16: its rows of " +
                          std::to_string(shape.back()) + " numbers are no whole blocks of " +
                          std::to_string(each) + ".");
        return BlockType::F16;
    }
    if (isFourBits(m_type) && name.name == m_headName) {
        m_notes.push_back(name.name + ", the matrix behind the logits, is stored as Q8_0: of all "
                                      "matrices it loses most by four bits.");
        return BlockType::Q8_0;
    }
    return m_type;
}

const GgufTensorList::Entry& GgufTensorList::entryAt(std::int64_t block, std::size_t place) const
{
    return m_entries[m_places.at({block, place})];
}

const std::vector<NamedTensor>& GgufTensorList::tensorsOf(std::int64_t block)
{
    if (m_current != block) {
        release();
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

void GgufTensorList::release()
{
    m_tensors.clear();
    m_lease.reset();
    m_current = kOuter - 1;
}

std::int64_t GgufTensorList::headsOf(GgufLayout layout) const
{
    const ModelConfig& config = m_model.config();
    return layout == GgufLayout::QueryRows ? config.heads : config.keyValueHeads;
}

Tensor GgufTensorList::inFileLayout(const Tensor& tensor, GgufLayout layout) const
{
    const Tensor value = tensor.detach().to(at::kCPU, at::kFloat);
    switch (layout) {
    case GgufLayout::QueryRows:
    case GgufLayout::KeyRows:
        return toRotaryRows(value, headsOf(layout));
    case GgufLayout::Transposed:
        return value.t().contiguous();
    case GgufLayout::Same:
        break;
    }
    return value.contiguous();
}

Tensor GgufTensorList::inModelLayout(const Tensor& tensor, GgufLayout layout) const
{
    switch (layout) {
    case GgufLayout::QueryRows:
    case GgufLayout::KeyRows:
        return fromRotaryRows(tensor, headsOf(layout));
    case GgufLayout::Transposed:
        return tensor.t().contiguous();
    case GgufLayout::Same:
        break;
    }
    return tensor;
}

std::vector<GgufTensorToWrite> GgufTensorList::toWrite()
{
    std::vector<GgufTensorToWrite> tensors;
    const std::vector<float> factors = rotaryFactorsOf(m_model.config());
    if (!factors.empty()) {
        tensors.push_back({.name = "rope_freqs.weight",
                           .shape = {static_cast<std::int64_t>(factors.size())},
                           .type = BlockType::F32,
                           .produce = [factors] { return at::tensor(factors, at::kFloat); }});
    }
    for (const Entry& entry : m_entries) {
        tensors.push_back(entry.tensor);
        tensors.back().produce = [this, block = entry.block, place = entry.place,
                                  layout = entry.layout] {
            return inFileLayout(tensorsOf(block)[place].second, layout);
        };
    }
    return tensors;
}

Tensor GgufTensorList::logits(const Tensor& tokens)
{
    const at::NoGradGuard noGrad;
    release();
    const Rounded outer(*this, m_model.outerTensors(), kOuter);
    Tensor hidden = m_model.embed(tokens.unsqueeze(0));
    for (std::int64_t i = 0; i < m_model.blocks(); ++i) {
        const CausalLM::Lease block = m_model.lease(i);
        m_model.prefetch(i + 1);
        const Rounded inner(*this, block->tensors(i), i);
        hidden = block->forward(hidden, nullptr, i);
    }
    return m_model.head(m_model.finalNorm(hidden))[0].cpu();
}

} // namespace espalier
