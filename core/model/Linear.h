// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>

namespace espalier {

using at::Tensor;

/// One weight matrix inside a block, y = x W^T + b.
///
///   W  weight [outputs x inputs]      M  mask, same shape, bool, true = keep      X  inputs [... x
///   inputs]
class ESPALIER_API Linear {
public:
    /// Sees the input of every forward pass, before the product: X as [rows x inputs].
    using Observer = std::function<void(const Tensor& X)>;

    /// `name` as in series: "blocks.3.self_attn.q_proj".
    Linear(std::string name, Tensor weight, Tensor bias = {});

    const std::string& name() const { return m_name; }

    bool isLoaded() const { return m_weight.defined(); }

    Tensor& weight() { return m_weight; }

    const Tensor& weight() const { return m_weight; }

    Tensor& bias() { return m_bias; }

    const Tensor& bias() const { return m_bias; }

    /// Undefined: nothing is masked.
    const Tensor& mask() const { return m_mask; }

    /// Sets weights outside the mask to +0.0 (never -0.0) and remembers the mask.
    void setMask(const Tensor& M);
    /// The mask as the weight's zeros show it: for a model that was pruned elsewhere.
    void maskFromZeros();
    /// Forgets the mask; the weight stays as it is.
    void clearMask();
    /// Puts zeros back after an optimiser step.
    void enforceMask();

    void setWeight(const Tensor& weight);
    /// Frees the weights; the mask goes too.
    void release();

    void observe(Observer observer) { m_observer = std::move(observer); }

    /// Share of zeros in the weight, 0 to 1.
    double sparsity() const;

    Tensor forward(const Tensor& input) const;

private:
    std::string m_name;
    Tensor m_weight, m_bias, m_mask;
    Observer m_observer;
};

} // namespace espalier
