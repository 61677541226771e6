// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/CausalLM.h"

#include <ATen/core/Tensor.h>

#include <vector>

namespace espalier {

/// What the head says of one position.
struct PackedLoss {
    double loss = 0;       // nat
    bool isGreedy = false; // no other token is more likely than the target
};

/// The head's weights can be read by the packed kernels, and no gradient is wanted.
bool canPackHead(const CausalLM& model);

/// Cross-entropy of every row: 6,144 rows of the head at a time are packed and multiplied with all
/// rows of `normed` [rows x hiddenSize, fp32]; of a tile of logits only its log-sum-exp is kept.
/// The number of rows and of threads changes no bit. Of a bf16 head the rows are rounded to bf16
/// where the processor has a matrix unit for that; sums and logits stay fp32. targets: int64
/// [rows].
std::vector<PackedLoss> packedHeadLosses(const CausalLM& model, const Tensor& normed,
                                         const Tensor& targets);

} // namespace espalier
