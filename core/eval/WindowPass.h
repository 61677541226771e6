// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/CalibrationSet.h"
#include "core/eval/Evaluation.h"
#include "core/model/CausalLM.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace espalier {

/// Windows of a set that go through the blocks of a model together, so that a streamed model is
/// read once a group and not once a window. A group is a whole number of batches: where it ends
/// changes no bit of any result.
struct WindowGroup {
    std::int64_t first = 0, count = 0;
};

/// Groups of about 16 windows, fewer (one batch at least) when their hidden states would take over
/// 256 MiB.
std::vector<WindowGroup> windowGroups(const CalibrationSet& data, std::int64_t batch,
                                      std::int64_t hiddenSize);

/// Throws InvalidInput for a set without windows, windows of under two tokens, a batch below 1, or
/// a token id that `config`'s vocabulary does not have.
void checkWindows(const CalibrationSet& data, const ModelConfig& config, std::int64_t batch);

/// Token ids of a group, int64 [windows x length].
Tensor groupTokens(const CalibrationSet& data, const WindowGroup& group);

/// Hidden states before the final norm of `tokens` [windows x length], one tensor per batch. Each
/// batch is an allocation of its own, because fp32 products change bits with alignment.
/// `afterBlock` follows every block.
std::vector<Tensor> hiddenStatesByBatch(CausalLM& model, const Tensor& tokens, std::int64_t batch,
                                        const std::function<void(std::int64_t block)>& afterBlock);

/// "window 3 of 64 (tokens 2048 to 3071 of wikitext2)", for messages.
std::string describeWindow(const CalibrationSet& data, std::int64_t window);

} // namespace espalier
