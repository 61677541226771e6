// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/DecodeStep.h"

#include <algorithm>

namespace espalier {

DecodeStep::DecodeStep(std::shared_ptr<const DecodeModel> model, std::int64_t sequences,
                       std::int64_t capacity)
    : m_model(std::move(model))
    , m_forward(m_model->config(), static_cast<std::int64_t>(m_model->blocks().size()), sequences,
                capacity)
{
}

void DecodeStep::expectTops(std::int64_t count)
{
    m_topCount = count;
    m_tops.resize(static_cast<std::size_t>(count * m_model->config().hiddenSize));
}

void DecodeStep::setRows(std::vector<DecodeRow> rows)
{
    m_x.resize(rows.size() * static_cast<std::size_t>(m_model->config().hiddenSize));
    m_forward.setRows(std::move(rows));
}

void DecodeStep::run(TeamMember& member)
{
    embed(member);
    member.wait();
    for (std::size_t i = 0; i < m_model->blocks().size(); ++i) {
        m_forward.run(member, m_model->blocks()[i], static_cast<std::int64_t>(i), m_x.data());
    }
    keepTops(member);
    member.wait();
}

void DecodeStep::headProduct(TeamMember& member, const ProductResult& result) const
{
    packedProduct(member, kernelSet(),
                  m_forward.normed(m_tops.data(), m_topCount, m_model->finalNorm()),
                  m_model->head(), result);
}

void DecodeStep::embed(TeamMember& member)
{
    for (std::int64_t i = 0; (i = member.take(m_forward.rowCount())) >= 0;) {
        m_model->embedding().row(m_forward.rows()[static_cast<std::size_t>(i)].token,
                                 m_x.data() + i * m_model->config().hiddenSize);
    }
}

void DecodeStep::keepTops(TeamMember& member)
{
    const std::int64_t hidden = m_model->config().hiddenSize;
    for (std::int64_t i = 0; (i = member.take(m_forward.rowCount())) >= 0;) {
        if (const std::int64_t top = m_forward.rows()[static_cast<std::size_t>(i)].top; top >= 0) {
            std::copy_n(m_x.data() + i * hidden, hidden, m_tops.data() + top * hidden);
        }
    }
}

} // namespace espalier
