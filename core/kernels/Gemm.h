// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <ATen/core/Tensor.h>

namespace espalier {

using at::Tensor;

/// Who multiplies fp32 matrices; README.md in this folder has the figures behind the choice.
enum class GemmPath { LibTorch = 1, OneDnn };

/// Fixed for a machine (by its processor's maker), never measured per run: two runs must give equal
/// bits.
ESPALIER_API GemmPath gemmPath();

/// X W^T + b in the type of X and W: the one place where products with weights are made.
/// Differentiable while gradients are enabled, and subject to autocast.
///
///   X  inputs [... x inputs]      W  weight [outputs x inputs]      b  bias [outputs], or
///   undefined
ESPALIER_API Tensor linearProduct(const Tensor& X, const Tensor& W, const Tensor& b = {},
                                  GemmPath path = gemmPath());

/// X W^T in fp32, whatever the type of W; X is fp32.
ESPALIER_API Tensor linearProductFloat(const Tensor& X, const Tensor& W);

} // namespace espalier
