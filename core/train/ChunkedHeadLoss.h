// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/Losses.h"

namespace espalier {

struct HeadLossOptions {
    /// Soft terms, trained as their weighted sum; by default forward KL alone.
    std::vector<DivergenceTerm> divergences = std::vector<DivergenceTerm>(1);
    double crossEntropyWeight = 0; // of the hard term
    double temperature = 1;
    TemperatureScale scale = TemperatureScale::Squared;
    Reduction reduction = Reduction::PerToken;
    std::int64_t chunkRows = 256; // logits of so many tokens are held at a time
};

/// Hidden states of scored tokens, after the final norm, and the head they go into; logits = hidden
/// weight^T.
struct HeadInput {
    Tensor hidden = {}; // [tokens x hiddenSize]
    Tensor weight = {}; // [vocabulary x hiddenSize]
};

/// Sums over tokens, so that micro-batches can be added up.
struct ESPALIER_API HeadLossSums {
    double total = 0; // weighted; divided by the token count it is the loss that is trained
    std::vector<double> divergences = {}; // raw, at the temperature, without T^2; one a term
    double crossEntropy = 0;              // raw, at temperature 1
    std::int64_t tokens = 0;
    std::vector<double> kl = {}; // KL(teacher || student) at temperature 1, one a token

    void add(const HeadLossSums& other);
};

/// Where gradients go. `weight` undefined: not wanted (a frozen head).
struct HeadGradients {
    Tensor hidden = {}; // [tokens x hiddenSize], written
    Tensor weight = {}; // [vocabulary x hiddenSize], added to
};

/// Loss of a student's head against a teacher's, and the gradients of scale * sums.total, by chunks
/// of tokens: four products a chunk (two heads forward, hidden and weight backward) however many
/// terms there are, never all logits at once. `targets` [tokens] int64: the actual next tokens.
/// `gradients` null: values only. A teacher without hidden states is none: the hard term alone.
ESPALIER_API HeadLossSums chunkedHeadLoss(const HeadLossOptions& options, const HeadInput& student,
                                          const HeadInput& teacher, const Tensor& targets,
                                          double scale, HeadGradients* gradients);

} // namespace espalier
