// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/Generator.h"

#include "core/generate/Sampler.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace espalier {

std::vector<std::int32_t> generate(CausalLM& model, std::span<const std::int32_t> prompt,
                                   const GenerateOptions& options,
                                   const std::function<bool(std::int32_t)>& onToken)
{
    checkGeneration(prompt, options);
    const at::NoGradGuard guard;
    const std::vector<std::int64_t>& eos = model.config().eosTokens;
    Random random(options.seed);
    KvCache cache;
    Tensor input = at::tensor(at::ArrayRef<std::int32_t>(prompt.data(), prompt.size()), at::kLong)
                       .unsqueeze(0);
    std::vector<std::int32_t> generated;
    while (static_cast<std::int64_t>(generated.size()) < options.tokens) {
        const Tensor last = model.hiddenStates(input, &cache).select(1, -1);
        const Tensor logits = model.head(model.finalNorm(last)).cpu().contiguous();
        const std::span<const float> row(logits.const_data_ptr<float>(),
                                         static_cast<std::size_t>(logits.numel()));
        const std::int32_t id = chooseToken(row, options, random);
        if (options.stopAtEos && std::find(eos.begin(), eos.end(), id) != eos.end()) {
            break;
        }
        generated.push_back(id);
        if (onToken && !onToken(id)) {
            break;
        }
        input = at::full({1, 1}, id, at::kLong);
    }
    return generated;
}

} // namespace espalier
