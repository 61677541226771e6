// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/PackedWindows.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

namespace espalier {

bool PackedWindows::suits(const CausalLM& model)
{
    return canPack(model) && packedType(model) == PackedType::Float32 &&
           !at::GradMode::is_enabled();
}

PackedWindows::PackedWindows(const CausalLM& model, std::int64_t length)
    : m_config(model.config())
    , m_type(packedType(model))
    , m_forward(model.config(), 1, 1, length)
{
    std::vector<DecodeRow> rows(static_cast<std::size_t>(length));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].position = static_cast<std::int64_t>(i);
    }
    m_forward.setRows(std::move(rows));
}

void PackedWindows::run(const Block& block, std::int64_t index, const std::vector<Tensor>& batches)
{
    const PackedBlock packed = packBlock(m_config, block.tensors(index), index, m_type);
    const std::int64_t size = m_forward.rowCount() * m_config.hiddenSize;
    for (const Tensor& states : batches) {
        float* first = states.mutable_data_ptr<float>();
        Team::run(at::get_num_threads(), [&](TeamMember& member) {
            for (std::int64_t window = 0; window < states.size(0); ++window) {
                m_forward.run(member, packed, 0, first + window * size);
            }
        });
    }
}

} // namespace espalier
