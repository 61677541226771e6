// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/method/RunContext.h"
#include "core/train/AdamW.h"

#include <cstdint>
#include <vector>

namespace espalier {

/// Where a training stands. Order and schedule follow from the step alone.
struct TrainPosition {
    std::int64_t step = 0;       // finished optimiser steps
    std::int64_t evaluated = -1; // the last step whose held-out evaluation is in the series
};

/// Training checkpoints of one run: runs/<id>/checkpoints/step-000050.safetensors with weights and
/// optimiser states.
class TrainCheckpoint {
public:
    TrainCheckpoint(RunContext& run, std::vector<Tensor> parameters, AdamW& optimiser);

    /// Writes the file, then makes it the run's resume point, then removes all but the last two.
    void save(const TrainPosition& position);
    /// Weights and states of the run's resume point; a new position when there is none.
    TrainPosition restore();

    /// The step of the last checkpoint there is; negative: none yet.
    std::int64_t lastStep() const { return m_lastStep; }

private:
    std::vector<NamedTensor> tensors() const;
    void removeOlder(const Path& newest) const;

    RunContext& m_run;
    std::vector<Tensor> m_parameters;
    AdamW& m_optimiser;
    std::int64_t m_lastStep = -1;
    Path m_previous;
};

} // namespace espalier
