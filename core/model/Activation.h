// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/ModelConfig.h"
#include "core/model/Parts.h"

#include <ATen/core/Tensor.h>

namespace espalier {

/// y = activation(x); x is overwritten where no gradient is wanted.
Tensor activated(Tensor x, Activation activation);

/// (x - mean) / sqrt(variance + epsilon) * weight + bias over the last dimension, in fp32.
Tensor layerNorm(const Tensor& x, const Norm& norm, double epsilon);

/// x / sqrt(mean x^2 + epsilon) * weight over the last dimension, in fp32.
Tensor rmsNorm(const Tensor& x, const Norm& norm, double epsilon);

/// x + more; x is overwritten where no gradient is wanted, so it must be nobody else's.
Tensor addedTo(Tensor x, const Tensor& more);

} // namespace espalier
