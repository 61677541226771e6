// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/Attention.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier {

namespace {

/// Which keys each query may see, [length x keys] or [batch x 1 x length x keys]; undefined: the
/// fused kernel knows by itself.
Tensor maskOf(const AttentionInput& input, const BlockCall& call)
{
    const std::int64_t length = input.queries.size(2), all = input.keys.size(2);
    const bool isCausal = input.sight == Sight::Causal;
    const bool isWindowed = isCausal && input.window > 0 && input.window < all;
    const bool isPlainCausal = length == 1 || length == all;
    if (!call.visible.defined() && !isWindowed && (!isCausal || isPlainCausal)) {
        return {};
    }
    Tensor mask = at::ones({length, all}, input.queries.options().dtype(at::kBool));
    if (isCausal) {
        mask.tril_(all - length);
    }
    if (isWindowed) {
        mask.triu_(all - length - input.window + 1);
    }
    if (!call.visible.defined()) {
        return mask;
    }
    const Tensor seen = call.visible.narrow(1, call.visible.size(1) - all, all)
                            .unsqueeze(1)
                            .unsqueeze(2); // [batch x 1 x 1 x keys]
    if (!isCausal) {
        return seen.expand({seen.size(0), 1, length, all});
    }
    // Padding sees itself: a row that sees nothing has no softmax.
    const Tensor itself =
        at::ones({length, all}, mask.options()).tril_(all - length).triu_(all - length);
    return mask.logical_and(seen).logical_or(itself);
}

/// The parts one by one, so that scores and probabilities can be looked at.
Tensor attendInParts(const AttentionInput& input, const Tensor& mask, const BlockCall& call)
{
    const bool isCausal = input.sight == Sight::Causal;
    const std::int64_t groups = input.queries.size(1) / input.keys.size(1);
    const auto widened = [&](const Tensor& x) {
        return groups == 1 ? x : x.repeat_interleave(groups, 1);
    };
    Tensor scores = at::matmul(input.queries.to(at::kFloat),
                               widened(input.keys).to(at::kFloat).transpose(-2, -1)) *
                    input.scale;
    Tensor seen = mask;
    if (!seen.defined() && isCausal) {
        seen = at::ones({scores.size(-2), scores.size(-1)}, scores.options().dtype(at::kBool))
                   .tril_(scores.size(-1) - scores.size(-2));
    }
    if (seen.defined()) {
        scores = scores.masked_fill(seen.logical_not(), -std::numeric_limits<double>::infinity());
    }
    Tensor probabilities = at::softmax(scores, -1);
    if (call.taps != nullptr) {
        call.taps->scores = scores;
        call.taps->probabilities = probabilities;
    }
    if (call.dropout != nullptr) {
        probabilities = (*call.dropout)(probabilities, call.dropout->attention);
    }
    return at::matmul(probabilities, widened(input.values).to(at::kFloat))
        .to(input.values.scalar_type());
}

Tensor dropped(const Tensor& x, const BlockCall& call)
{
    return call.dropout != nullptr ? (*call.dropout)(x, call.dropout->hidden) : x;
}

const BlockGates kOpen;

const BlockGates& gatesOf(const BlockCall& call)
{
    return call.gates != nullptr ? *call.gates : kOpen;
}

} // namespace

Tensor Dropout::operator()(const Tensor& x, double share)
{
    if (share <= 0) {
        return x;
    }
    const Tensor kept = at::rand(x.sizes(), generator, x.options().dtype(at::kFloat)).ge(share);
    return x * kept.to(x.scalar_type()) / (1.0 - share);
}

Tensor appended(Tensor& held, const Tensor& more)
{
    constexpr std::int64_t kRoom = 128;
    const std::int64_t have = held.defined() ? held.size(2) : 0;
    const std::int64_t wanted = have + more.size(2);
    const std::int64_t rowSize = more.size(3);
    if (!held.defined() || held.stride(1) < wanted * rowSize) {
        Tensor larger =
            at::empty({more.size(0), more.size(1), wanted + std::max(wanted / 2, kRoom), rowSize},
                      more.options());
        if (have > 0) {
            larger.narrow(2, 0, have).copy_(held);
        }
        held = larger.narrow(2, 0, have);
    }
    held = held.as_strided({held.size(0), held.size(1), wanted, rowSize}, held.strides());
    held.narrow(2, have, more.size(2)).copy_(more);
    return held;
}

void appendToCache(AttentionInput& input, const BlockCall& call)
{
    if (call.cache == nullptr) {
        return;
    }
    const auto i = static_cast<std::size_t>(call.index);
    KvCache& cache = *call.cache;
    cache.keys.resize(std::max(cache.keys.size(), i + 1));
    cache.values.resize(std::max(cache.values.size(), i + 1));
    input.keys = appended(cache.keys[i], input.keys);
    input.values = appended(cache.values[i], input.values);
}

Tensor attend(AttentionInput input, const BlockCall& call)
{
    const std::int64_t length = input.queries.size(2);
    const bool isCausal = input.sight == Sight::Causal;
    if (input.scale == 0) {
        input.scale = 1.0 / std::sqrt(static_cast<double>(input.queries.size(3)));
    }
    const std::int64_t most = input.window + length - 1;
    if (isCausal && input.window > 0 && input.keys.size(2) > most) { // what no query sees any more
        input.keys = input.keys.narrow(2, input.keys.size(2) - most, most);
        input.values = input.values.narrow(2, input.values.size(2) - most, most);
    }
    const Tensor mask = maskOf(input, call);
    Tensor mixed;
    const bool drops = call.dropout != nullptr && call.dropout->attention > 0;
    if (drops || (call.taps != nullptr && call.taps->wantsAttention)) {
        mixed = attendInParts(input, mask, call);
    } else {
        mixed = at::scaled_dot_product_attention(
            input.queries, input.keys, input.values,
            mask.defined() ? std::optional(mask) : std::nullopt, 0.0,
            isCausal && length > 1 && !mask.defined(), input.scale,
            input.queries.size(1) != input.keys.size(1));
    }
    if (call.taps != nullptr) {
        call.taps->queries = input.queries;
        call.taps->keys = input.keys;
        call.taps->values = input.values;
    }
    const Tensor& heads = gatesOf(call).heads;
    if (heads.defined()) {
        mixed = mixed *
                (heads.dim() == 1 ? heads.view({1, -1, 1, 1}) : heads.unsqueeze(-1).unsqueeze(-1));
    }
    return mixed.transpose(1, 2).reshape({mixed.size(0), length, -1});
}

Tensor splitHeads(const Tensor& x, std::int64_t headDim)
{
    return x.view({x.size(0), x.size(1), -1, headDim}).transpose(1, 2);
}

Tensor gated(const Tensor& x, const Tensor& gate)
{
    return gate.defined() ? x * gate : x;
}

Tensor gatedInner(const Tensor& x, const BlockCall& call)
{
    Tensor inner = gated(x, gatesOf(call).neurons);
    if (call.taps != nullptr) {
        call.taps->inner = inner;
    }
    return inner;
}

Tensor gatedAttention(const Tensor& x, const BlockCall& call)
{
    return gated(dropped(x, call), gatesOf(call).attention);
}

Tensor gatedFeedForward(const Tensor& x, const BlockCall& call)
{
    return gated(dropped(x, call), gatesOf(call).feedForward);
}

Tensor gatedBlock(const Tensor& before, const Tensor& after, const BlockCall& call)
{
    const Tensor& gate = gatesOf(call).block;
    return gate.defined() ? before + (after - before) * gate : after;
}

} // namespace espalier
