// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/model/Block.h"
#include "core/model/ModelConfig.h"

#include <ATen/core/Tensor.h>

#include <utility>

namespace espalier {

using at::Tensor;

/// Angle per position of each rotated pair, [rotaryDim / 2], with the configuration's scaling.
ESPALIER_API Tensor rotaryFrequencies(const ModelConfig& config);

/// Cosines and sines by position, grown as longer inputs come; shared by the blocks of one model.
class RotaryTable {
public:
    RotaryTable(const ModelConfig& config, at::Device device);

    /// {cos, sin}, each [length x headDim / 2], of positions begin, begin + 1, ...
    std::pair<Tensor, Tensor> at(std::int64_t begin, std::int64_t length);
    /// Of the call's positions: as above, or [batch x 1 x length x headDim / 2] each.
    std::pair<Tensor, Tensor> at(const BlockCall& call, std::int64_t length);

private:
    void grow(std::int64_t positions);

    at::Device m_device;
    Tensor m_frequencies, m_cos, m_sin;
};

/// Rotates the first 2 * cos.size(-1) dimensions of x [batch x heads x length x headDim]: pair i is
/// (x[i], x[i + cos.size(-1)]).
Tensor rotate(const Tensor& x, const Tensor& cos, const Tensor& sin);

} // namespace espalier
