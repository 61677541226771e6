// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/params/Params.h"
#include "core/train/Schedule.h"
#include "core/train/TrainLoop.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace espalier {

/// What every method that trains asks of its user.
struct TrainParams {
    std::int64_t steps = 200;
    std::int64_t accumulate = 1;
    double learningRate = 1e-4, learningRateFloor = 0.0;
    ScheduleShape schedule = ScheduleShape::Cosine;
    std::optional<std::int64_t> warmUp = {};
    double weightDecay = 0.0, beta1 = 0.9, beta2 = 0.95;
    double clip = 1.0;
    bool autocast = false, keepZeros = true;
    std::int64_t checkpointEvery = 50, evaluateEvery = 50;

    std::int64_t warmUpSteps() const { return warmUp.value_or(steps / 20); }
};

void optimiserFields(auto& field, TrainParams& p)
{
    field(p.learningRate, {.key = "learning-rate",
                           .label = "Learning rate",
                           .help = "AdamW's step size after the warm-up.",
                           .group = "Optimiser",
                           .domain = RealRange{.min = 1e-9, .max = 1, .logarithmic = true}});
    field(p.learningRateFloor, {.key = "learning-rate-floor",
                                .label = "Final learning rate",
                                .help = "Where the linear and the cosine schedule end.",
                                .group = "Optimiser",
                                .advanced = true,
                                .domain = RealRange{.min = 0, .max = 1}});
    field(p.schedule, {.key = "schedule",
                       .label = "Schedule",
                       .help = "How the learning rate falls after the warm-up.",
                       .group = "Optimiser"});
    field(p.warmUp, {.key = "warm-up",
                     .label = "Warm-up",
                     .help = "Steps in which the learning rate rises to its full size; absent: a "
                             "twentieth of all steps.",
                     .unit = "steps",
                     .group = "Optimiser",
                     .domain = IntRange{.min = 0, .max = 100'000'000}});
    field(p.weightDecay,
          {.key = "weight-decay",
           .label = "Weight decay",
           .help = "Decoupled decay of weight matrices; norms and biases are never decayed.",
           .group = "Optimiser",
           .advanced = true,
           .domain = RealRange{.min = 0, .max = 10}});
    field(p.beta1, {.key = "beta1",
                    .label = "First moment",
                    .help = "AdamW's decay of the mean gradient.",
                    .symbol = "beta_1",
                    .group = "Optimiser",
                    .advanced = true,
                    .domain = RealRange{.min = 0, .max = 0.9999}});
    field(p.beta2, {.key = "beta2",
                    .label = "Second moment",
                    .help = "AdamW's decay of the mean squared gradient.",
                    .symbol = "beta_2",
                    .group = "Optimiser",
                    .advanced = true,
                    .domain = RealRange{.min = 0, .max = 0.99999}});
    field(p.clip,
          {.key = "clip",
           .label = "Gradient limit",
           .help = "The gradient's norm over all weights is scaled down to this; 0 never clips.",
           .group = "Optimiser",
           .advanced = true,
           .domain = RealRange{.min = 0, .max = 1e9}});
}

void keepZerosField(auto& field, TrainParams& p)
{
    field(p.keepZeros, {.key = "keep-zeros",
                        .label = "Keep zeros",
                        .help = "Weights of a pruned student that are zero stay zero; pruned is a "
                                "model with 1 % zeros or more.",
                        .group = "Student"});
}

void stepFields(auto& field, TrainParams& p)
{
    field(p.steps, {.key = "steps",
                    .label = "Steps",
                    .help = "Optimiser steps.",
                    .unit = "steps",
                    .group = "Training",
                    .domain = IntRange{.min = 1, .max = 100'000'000}});
    field(p.accumulate,
          {.key = "accumulate",
           .label = "Passes per step",
           .help = "Forward passes of the run's batch whose gradients are added up for one step.",
           .group = "Training",
           .advanced = true,
           .domain = IntRange{.min = 1, .max = 65536}});
}

/// How the steps are computed, and what happens between them.
void upkeepFields(auto& field, TrainParams& p)
{
    field(p.autocast, {.key = "autocast",
                       .label = "Products in bf16",
                       .help = "Computes the student's blocks in bf16 while weights, moments, head "
                               "and loss stay in fp32.",
                       .group = "Training",
                       .advanced = true});
    field(p.checkpointEvery,
          {.key = "checkpoint-every",
           .label = "Checkpoint every",
           .help = "Steps between checkpoints to resume from; 0: only when the run is stopped.",
           .unit = "steps",
           .group = "Training",
           .domain = IntRange{.min = 0, .max = 100'000'000}});
    field(
        p.evaluateEvery,
        {.key = "evaluate-every",
         .label = "Evaluate every",
         .help =
             "Steps between evaluations on held-out windows; 0: only at the beginning and the end.",
         .unit = "steps",
         .group = "Training",
         .domain = IntRange{.min = 0, .max = 100'000'000}});
}

inline TrainOptions trainOptionsOf(const TrainParams& p, std::int64_t batch)
{
    return {.steps = p.steps,
            .batch = batch,
            .accumulate = p.accumulate,
            .schedule = {p.schedule, p.learningRate, p.learningRateFloor, p.warmUpSteps(), p.steps},
            .optimiser = {p.beta1, p.beta2, 1e-8, p.weightDecay},
            .clipNorm = p.clip,
            .checkpointEvery = p.checkpointEvery,
            .evaluateEvery = p.evaluateEvery,
            .keepZeros = p.keepZeros};
}

/// What fields cannot say by themselves because it concerns two of them.
inline std::vector<ParamIssue> issuesOf(const TrainParams& p)
{
    std::vector<ParamIssue> found;
    if (p.warmUpSteps() >= p.steps) {
        found.push_back({.key = "warm-up",
                         .message = "The warm-up takes " + std::to_string(p.warmUpSteps()) +
                                    " steps of " + std::to_string(p.steps) +
                                    "; it must end before the training does.",
                         .suggestions = {p.steps / 20}});
    }
    if (p.learningRateFloor > p.learningRate) {
        found.push_back({.key = "learning-rate-floor",
                         .message = "The final learning rate " + toText(p.learningRateFloor) +
                                    " is above the learning rate " + toText(p.learningRate) + ".",
                         .suggestions = {0.0}});
    }
    return found;
}

} // namespace espalier
