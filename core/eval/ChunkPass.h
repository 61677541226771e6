// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/CalibrationSet.h"
#include "core/eval/Evaluation.h"
#include "core/eval/ProtocolPasses.h"
#include "core/model/CausalLM.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <span>

namespace espalier {

/// Chunks as windows, BOS over the first token of each.
CalibrationSet chunkWindows(std::span<const std::int32_t> tokens, std::int64_t chunks,
                            const ChunkOptions& options);

/// Calls `use(chunk, normed)` with what the head sees at the scored positions of each chunk, in
/// order. `step` counts chunks.
void forChunks(CausalLM& model, const CalibrationSet& chunks, std::int64_t batch,
               const StepFunction& step,
               const std::function<void(std::int64_t chunk, const Tensor& normed)>& use);

} // namespace espalier
