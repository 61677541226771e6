// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/CausalLM.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace espalier {

/// Cross-entropy in nat of every row, -log softmax(logits)[target], with the logits made by tiles
/// of rows and vocabulary and an online log-sum-exp: never more than a tile of logits (22 MB) is
/// held. normed [rows x hiddenSize] is what the head sees; targets int64 [rows].
std::vector<double> headCrossEntropy(const CausalLM& model, const Tensor& normed,
                                     const Tensor& targets);

struct TokenLoss {
    double loss = 0;       // nat
    bool isGreedy = false; // no other token is more likely
};

/// The same, and whether greedy decoding would have given the target.
std::vector<TokenLoss> headTokenLosses(const CausalLM& model, const Tensor& normed,
                                       const Tensor& targets);

/// What one position contributes to a divergence.
struct TokenComparison {
    float kl = 0; // KL(reference || model), nat; rounding may leave it a hair below 0
    float probabilityDifference = 0; // model minus reference, of the actual token
    double loss = 0, referenceLoss = 0;
    bool sameTop = false;
};

/// Compares the next-token distributions behind two heads row by row; a chunk of rows over the
/// whole vocabulary is held at a time (16 MB a model).
std::vector<TokenComparison> compareHeads(const CausalLM& model, const Tensor& normed,
                                          const CausalLM& reference, const Tensor& referenceNormed,
                                          const Tensor& targets);

} // namespace espalier
