// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/eval/Evaluation.h"
#include "core/model/CausalLM.h"

#include <cstdint>
#include <vector>

namespace espalier {

/// Token ids of which those from `firstScored` on are predicted from all that is before them.
struct ScoreSequence {
    std::vector<std::int32_t> tokens = {};
    std::int64_t firstScored = 1; // 1 at least: the first token has nothing before it
};

/// Sequences that may begin alike (one question, several answers): what they share is computed
/// once.
struct SequenceGroup {
    std::vector<ScoreSequence> members = {};
};

struct ESPALIER_API SequenceScore {
    std::vector<double> losses = {}; // -log p of each predicted token, nat
    bool isGreedy = true;            // greedy decoding would have given every predicted token

    double logLikelihood() const;
};

struct SequenceScores {
    std::vector<std::vector<SequenceScore>> groups = {}; // as asked
    std::int64_t tokens = 0;                             // in all inputs together
    std::int64_t computed = 0;                           // positions that went through the blocks
    std::int64_t padding = 0;                            // of these
};

/// Sequences go through the blocks sorted by length, `batch` at most in a pass, so that next to
/// nothing is padded; a streamed model is read once for many passes. Logits are made for predicted
/// positions only, by tiles. Equal arguments give equal bits; another batch may change the last
/// ones. Throws InvalidInput for a sequence that predicts nothing, is longer than the model's
/// context plus one, or holds ids the model does not know; Numeric for a loss that is no number.
/// `step` counts sequences.
ESPALIER_API SequenceScores scoreSequences(CausalLM& model,
                                           const std::vector<SequenceGroup>& groups,
                                           std::int64_t batch, const StepFunction& step);

} // namespace espalier
