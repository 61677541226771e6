// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/generate/DecodeModel.h"
#include "core/generate/PackedForward.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace espalier {

/// Tokens on their way from the embedding through all blocks to the head, in one parallel region.
class DecodeStep {
public:
    DecodeStep(std::shared_ptr<const DecodeModel> model, std::int64_t sequences,
               std::int64_t capacity);

    const DecodeModel& model() const { return *m_model; }

    std::int64_t capacity() const { return m_forward.capacity(); }

    /// How many rows the head will see, over all steps until the head's product.
    void expectTops(std::int64_t count);
    /// The rows of the next step: one sequence's stand together, in order of position.
    void setRows(std::vector<DecodeRow> rows);
    /// By every member of a team: rows to their hidden states, those with a `top` to the head.
    void run(TeamMember& member);
    /// By every member, after the last step: result = norm(tops) Whead^T.
    void headProduct(TeamMember& member, const ProductResult& result) const;

private:
    void embed(TeamMember& member);
    void keepTops(TeamMember& member);

    std::shared_ptr<const DecodeModel> m_model;
    PackedForward m_forward;
    std::int64_t m_topCount = 0;
    std::vector<float> m_x, m_tops; // hidden states, row after row
};

} // namespace espalier
