// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/TrainLoop.h"

#include <ATen/ATen.h>

#include <limits>

namespace espalier::test {

/// Mean square of the student's last hidden states: no teacher, gradients everywhere but the head.
class SmallHidden : public TrainObjective {
public:
    explicit SmallHidden(CausalLM& model)
        : m_model(&model)
    {
    }

    std::int64_t scoredTokens(const Tensor& windows) const override { return windows.numel(); }

    LossSums accumulate(const Tensor& windows, double scale) override
    {
        const Tensor loss = sum(windows);
        (loss * scale).backward();
        const bool broken = ++passes == breakAt;
        const double nan = std::numeric_limits<double>::quiet_NaN();
        return {.total = broken ? nan : loss.item<double>(),
                .parts = {{"square", loss.item<double>()}},
                .kl = {},
                .tokens = windows.numel()};
    }

    LossSums measure(const Tensor& windows) override
    {
        const double loss = sum(windows).item<double>();
        return {.total = loss, .parts = {{"square", loss}}, .kl = {}, .tokens = windows.numel()};
    }

    int passes = 0;
    int breakAt = -1;

private:
    Tensor sum(const Tensor& windows)
    {
        const Tensor hidden = m_model->hiddenStates(windows);
        return hidden.square().mean(-1).sum();
    }

    CausalLM* m_model;
};

/// Nine steps of two passes.
inline TrainOptions shortTraining()
{
    return {.steps = 9,
            .batch = 2,
            .accumulate = 2,
            .schedule = {ScheduleShape::Cosine, 3e-3, 0, 2, 9},
            .optimiser = {.weightDecay = 0.01},
            .checkpointEvery = 4,
            .evaluateEvery = 3};
}

} // namespace espalier::test
