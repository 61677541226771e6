// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/method/RunContext.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace espalier {

/// How far a model that is pruned block by block has come from the dense one: the mean over tokens
/// of KL(dense || pruned so far) of the next-token distributions, in nat, with the blocks up to N
/// pruned and the later ones still dense. Costs a pass of its windows through the rest of the model
/// after every block.
class PrunedDivergence {
public:
    /// The first `windows` of the calibration set, or all of it. Throws InvalidInput when the run
    /// has none. `label` is that of the walk, whose progress stands still meanwhile.
    PrunedDivergence(RunContext& run, std::int64_t windows, std::string label);

    std::int64_t windows() const { return m_tokens.size(0); }

    /// hidden [windows or more x length x hiddenSize]: what block 0 is given. The dense model's
    /// last hidden states are kept in the run's folder; a run that is resumed, with blocks pruned
    /// already, takes them from there.
    void start(const Tensor& hidden, bool resumed);

    /// hidden: what block `index`, pruned, gave. Records kl/block.<index>.
    void record(std::int64_t index, const Tensor& hidden);

private:
    Tensor throughBlocks(std::int64_t first, const Tensor& hidden);
    Tensor readDense(const Path& file) const;
    double meanKl(const Tensor& states) const;

    RunContext& m_run;
    CausalLM& m_model;
    Tensor m_tokens;
    std::string m_label;
    Tensor m_dense;
};

} // namespace espalier
