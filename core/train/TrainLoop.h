// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/method/RunContext.h"
#include "core/train/AdamW.h"
#include "core/train/Schedule.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace espalier {

struct TrainOptions {
    std::int64_t steps = 200;
    std::int64_t batch = 4;        // windows per forward pass
    std::int64_t accumulate = 1;   // forward passes per step
    ScheduleOptions schedule = {}; // its `steps` is filled in by train()
    AdamWOptions optimiser = {};
    double clipNorm = 1.0;             // 0: never
    std::int64_t checkpointEvery = 50; // 0: only when the run is stopped
    std::int64_t evaluateEvery = 50;   // 0: only before the first and after the last step
    bool keepZeros = true;             // weights of a pruned student that are zero stay zero
    std::vector<std::string> freeze =
        {}; // parameters with these names in the file stay as they are; * stands for anything
};

/// Losses summed over tokens, so that micro-batches of unequal size weigh as they should.
struct ESPALIER_API LossSums {
    double total = 0; // of what is trained
    std::vector<std::pair<std::string, double>> parts =
        {};                      // raw components by the name series end in
    std::vector<double> kl = {}; // KL(teacher || student), one a token; empty: not known
    std::int64_t tokens = 0;

    void add(const LossSums& other);
};

/// What a training method minimises.
class ESPALIER_API TrainObjective {
public:
    virtual ~TrainObjective();
    /// Tokens of `windows` [windows x length] that have a loss.
    virtual std::int64_t scoredTokens(const Tensor& windows) const = 0;
    /// Adds the gradients of scale * (loss summed over the scored tokens) to the parameters.
    virtual LossSums accumulate(const Tensor& windows, double scale) = 0;
    /// The same sums without gradients.
    virtual LossSums measure(const Tensor& windows) = 0;
};

/// Adds the gradients of the mean loss over all scored tokens of all `microBatches`: their sums are
/// divided by the token count of the whole step, never averaged micro-batch by micro-batch.
ESPALIER_API LossSums accumulateStep(TrainObjective& objective,
                                     const std::vector<Tensor>& microBatches);

/// Trains run.transformer() on run.calibration(). Resumes from run.resumePoint(); writes
/// checkpoints/step-N.safetensors (the last two are kept) and train/..., held_out/... series. A
/// stop request is honoured between steps and leaves a checkpoint. Throws Numeric when loss or
/// gradient is no longer a number, before any weight has taken it in.
ESPALIER_API void train(RunContext& run, const TrainOptions& options, TrainObjective& objective);

} // namespace espalier
