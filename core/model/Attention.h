// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/Block.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace espalier {

enum class Sight { Causal = 1, All }; // what is before a position and itself, or everything

/// softmax(q k^T scale) v of one block.
struct AttentionInput {
    Tensor queries = {}; // [batch x heads x length x headDim]
    Tensor keys = {};    // [batch x kvHeads x keys x headDim]; heads is a multiple of kvHeads
    Tensor values = {};  // the same
    Sight sight = Sight::Causal;
    std::int64_t window = 0; // causal only: the last so many positions, itself included; 0: all
    double scale = 0;        // 0: 1 / sqrt(headDim)
};

/// Appends k or v to what the cache holds and returns the whole. Room for more positions is kept
/// behind the tensor, so that one more token costs a copy of its own size only.
Tensor appended(Tensor& held, const Tensor& more);

/// Appends keys and values to the call's cache, if it has one, and puts the whole in their place.
void appendToCache(AttentionInput& input, const BlockCall& call);

/// [batch x length x heads * headDim]. Without taps that want probabilities and without padding the
/// fused kernel does it. Heads are gated, taps filled.
Tensor attend(AttentionInput input, const BlockCall& call);

/// x [batch x length x heads * headDim] -> [batch x heads x length x headDim].
Tensor splitHeads(const Tensor& x, std::int64_t headDim);

/// x [batch x length x inner] -> the same, gated, and left in the taps.
Tensor gatedInner(const Tensor& x, const BlockCall& call);

/// x times the gate, or x itself where the gate is undefined.
Tensor gated(const Tensor& x, const Tensor& gate);

/// What the attention adds to the residual stream, after dropout and gated; likewise the
/// feed-forward.
Tensor gatedAttention(const Tensor& x, const BlockCall& call);
Tensor gatedFeedForward(const Tensor& x, const BlockCall& call);
/// What the block makes of `before`, gated.
Tensor gatedBlock(const Tensor& before, const Tensor& after, const BlockCall& call);

} // namespace espalier
