// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace espalier {

using at::Tensor;

struct AdamWOptions {
    double beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8;
    double weightDecay = 0.0; // of matrices only: norms and biases are never decayed
};

/// AdamW (Loshchilov and Hutter 2019): decoupled weight decay, bias correction, states in fp32.
/// Parameters that are not fp32 keep an fp32 master here and get its rounded value. Equal inputs
/// give equal bits.
class ESPALIER_API AdamW {
public:
    /// The parameters must be contiguous and stay where they are; they are changed in place.
    AdamW(std::vector<Tensor> parameters, const AdamWOptions& options);

    /// One update from the parameters' gradients times `gradientScale` (what clipping leaves of
    /// them). A parameter without a gradient stays as it is.
    void step(double learningRate, double gradientScale = 1.0);

    std::int64_t steps() const { return m_steps; }

    /// First and second moments and masters, by stable names: what a checkpoint holds.
    std::vector<std::pair<std::string, Tensor>> states() const;

    /// After the tensors of states() have been overwritten with those of a checkpoint.
    void restore(std::int64_t steps) { m_steps = steps; }

private:
    struct Slot {
        Tensor parameter, master, firstMoment, secondMoment;
        double decay = 0;
    };

    void updateSlot(const Slot& slot, double learningRate, double gradientScale) const;

    AdamWOptions m_options;
    std::vector<Slot> m_slots;
    std::int64_t m_steps = 0;
};

/// The Euclidean norm of all gradients as one vector, summed in double.
ESPALIER_API double gradientNorm(const std::vector<Tensor>& parameters);

/// What gradients are multiplied by so that their norm is `limit` at most; 0 limits nothing.
ESPALIER_API double clipFactor(double norm, double limit);

} // namespace espalier
