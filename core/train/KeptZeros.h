// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/model/Transformer.h"

#include <cstdint>
#include <vector>

namespace espalier {

/// The zeros of a pruned student. While it is trained they are kept out of gradients (and so out of
/// the optimiser's moments) and out of updates. A model in whose linears less than 1 % of the
/// weights are zero was not pruned: its zeros are accidents and nothing is kept.
class ESPALIER_API KeptZeros {
public:
    explicit KeptZeros(Transformer& model);

    /// Zeros that are kept, in all linears.
    std::int64_t count() const;
    /// Before the gradient's norm is taken.
    void maskGradients() const;
    /// After an optimiser step.
    void enforce() const;
    /// Throws Internal with the linear's name when a zero has come back: better no model than a
    /// wrong one.
    void verify() const;

private:
    std::vector<Linear*> m_linears;
};

} // namespace espalier
