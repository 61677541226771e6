// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/types.h>

namespace espalier {

using torch::Tensor;

/// X W^T + b in the type of X and W: the one place where products with weights are made.
///
///   X  inputs [... x inputs]      W  weight [outputs x inputs]      b  bias [outputs], or
///   undefined
Tensor linearProduct(const Tensor& X, const Tensor& W, const Tensor& b = {});

/// X W^T in fp32, whatever the type of W; X is fp32.
Tensor linearProductFloat(const Tensor& X, const Tensor& W);

} // namespace espalier
