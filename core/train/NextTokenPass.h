// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/model/CausalLM.h"
#include "core/train/Autocast.h"
#include "core/train/ChunkedHeadLoss.h"

#include <functional>

namespace espalier {

/// Whether activations of a block are held for the way back, or computed again from its input: a
/// third more time, and memory for one block instead of all.
enum class Activations { Held = 1, Recomputed };

/// Windows of tokens through a language model up to its head, and gradients back from there. Every
/// position but a window's last has a next token, so all losses see the same positions.
class ESPALIER_API NextTokenPass {
public:
    NextTokenPass(CausalLM& model, Compute compute, at::Device device,
                  Activations activations = Activations::Held);

    /// windows [windows x length] -> [windows x (length - 1)].
    static Tensor inputs(const Tensor& windows);
    /// The tokens that come next, [windows * (length - 1)].
    static Tensor targets(const Tensor& windows);

    /// What the head sees, [tokens x width] in fp32, without gradients.
    Tensor hidden(const Tensor& windows) const;

    /// Given hidden states and where their gradients and the head's go.
    using Loss = std::function<HeadLossSums(const Tensor& hidden, HeadGradients& into)>;

    /// The same forward pass, `loss` on what the head sees, and the way back: adds to the
    /// gradients of every parameter that wants one.
    HeadLossSums backward(const Tensor& windows, const Loss& loss) const;

private:
    HeadLossSums backwardHeld(const Tensor& windows, const Loss& loss) const;
    HeadLossSums backwardRecomputed(const Tensor& windows, const Loss& loss) const;
    HeadLossSums lossAtHead(const Tensor& normed, const Loss& loss) const;
    Tensor headGradient() const;
    void addHeadGradient(const Tensor& gradient) const;

    CausalLM& m_model;
    Compute m_compute;
    at::Device m_device;
    Activations m_activations;
};

} // namespace espalier
