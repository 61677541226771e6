// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/generate/PackedForward.h"
#include "core/model/CausalLM.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace espalier {

/// Whole windows through one packed block after another, a window at a time: its keys and values
/// are the only ones held. Which windows share a batch changes no bit.
class PackedWindows {
public:
    /// Llama-type models in fp32 on the CPU, while no gradient is wanted.
    static bool suits(const CausalLM& model);

    PackedWindows(const CausalLM& model, std::int64_t length);

    /// states [batch x length x hiddenSize], fp32, in place: what comes after the leased block.
    void run(const Block& block, std::int64_t index, const std::vector<Tensor>& batches);

private:
    ModelConfig m_config;
    PackedType m_type;
    PackedForward m_forward;
};

} // namespace espalier
