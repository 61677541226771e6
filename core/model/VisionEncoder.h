// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/model/CausalLM.h"

#include <ATen/core/Tensor.h>

#include <memory>

namespace espalier {

/// An encoder of images (ViT, CLIP's vision tower): patches and a class token in front of them.
class ESPALIER_API VisionEncoder : public Transformer {
public:
    /// Throws NotFound, Corrupt, Unsupported or InvalidInput in words.
    static std::unique_ptr<VisionEncoder> open(const Path& folder, const LoadOptions& options = {});

    using Transformer::Transformer;

    /// pixels [batch x channels x height x width], normalised as the model wants -> [batch x
    /// 1 + patches x hiddenSize]. Height and width are multiples of the patch; where they differ
    /// from the model's image size, positions are interpolated (bicubic).
    virtual Tensor embed(const Tensor& pixels) const = 0;

    /// The last block's output, before any final norm.
    Tensor hiddenStates(const Tensor& pixels);

    /// ViT: all positions normed. CLIP: the hidden states as they are.
    virtual Tensor features(const Tensor& hidden) const = 0;
    virtual bool hasPooler() const = 0;
    /// [batch x width] from hidden states: ViT's tanh of the first position, CLIP's normed first
    /// position.
    virtual Tensor pooled(const Tensor& hidden) const = 0;
    /// [batch x labels], or CLIP's image vectors [batch x projection]; throws Unsupported where the
    /// model has no head.
    virtual Tensor headOutput(const Tensor& hidden) const = 0;
};

} // namespace espalier
