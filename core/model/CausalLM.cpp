// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/CausalLM.h"

#include "core/base/Error.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/kernels/Gemm.h"

#include <ATen/ATen.h>

namespace espalier {

std::unique_ptr<CausalLM> CausalLM::open(const Path& folder, const LoadOptions& options)
{
    ModelConfig config = readModelConfig(folder);
    const Family& family = familyFor(config.raw, folder / "config.json");
    if (family.create == nullptr) {
        throw Error(ErrorCode::Unsupported,
                    folder.string() + " holds a " + family.architecture +
                        ", which predicts no next token. Choose a causal language model.");
    }
    auto source = std::make_shared<WeightSource>(Checkpoint::open(folder));
    std::unique_ptr<CausalLM> model = family.create(std::move(config), std::move(source), options);
    model->loadResident();
    return model;
}

Tensor CausalLM::head(const Tensor& normed) const
{
    return linearProductFloat(normed, headWeight());
}

/// Who is padding and which position everybody else has, from the cache's account of it.
void CausalLM::placeSequences(BlockCall& call, std::int64_t length) const
{
    if (call.cache == nullptr || !call.cache->padding.defined()) {
        return;
    }
    const Tensor padding = call.cache->padding.to(device(), at::kLong).unsqueeze(1);
    const std::int64_t before = call.cache->positions;
    const Tensor keys = at::arange(before + length, padding.options()).unsqueeze(0);
    call.visible = keys.ge(padding);
    call.positions = (keys.narrow(1, before, length) - padding).clamp_min(0);
}

Tensor CausalLM::hiddenStates(const Tensor& tokens, KvCache* cache)
{
    BlockCall call{.cache = cache};
    placeSequences(call, tokens.size(-1));
    Tensor hidden = embed(
        tokens, call.positions.defined() || cache == nullptr
                    ? call.positions
                    : at::arange(cache->positions, cache->positions + tokens.size(-1), at::kLong)
                          .unsqueeze(0));
    for (std::int64_t i = 0; i < blocks(); ++i) {
        const Lease block = lease(i);
        prefetch(i + 1);
        call.index = i;
        hidden = block->forward(hidden, call);
    }
    if (cache != nullptr) {
        cache->positions += tokens.size(-1);
    }
    return hidden;
}

Tensor CausalLM::logits(const Tensor& tokens, KvCache* cache)
{
    return head(finalNorm(hiddenStates(tokens, cache)));
}

} // namespace espalier
