// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/DecodeLoop.h"
#include "core/generate/Generator.h"
#include "core/generate/Sampler.h"

#include <algorithm>

namespace espalier {

namespace {

/// The next token of each input, in their order.
std::vector<std::int32_t> nextTokens(DecodeLoop& loop, const std::vector<DecodeInput>& inputs,
                                     const GenerateOptions& options, std::vector<Random>& randoms)
{
    std::vector<std::int32_t> tokens;
    if (options.temperature <= 0) {
        for (const Largest& most : loop.greedy(inputs)) {
            tokens.push_back(static_cast<std::int32_t>(most.index));
        }
        return tokens;
    }
    const std::span<const float> logits = loop.logits(inputs);
    const std::size_t vocabulary = logits.size() / inputs.size();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        tokens.push_back(chooseToken(logits.subspan(i * vocabulary, vocabulary), options,
                                     randoms[static_cast<std::size_t>(inputs[i].sequence)]));
    }
    return tokens;
}

std::int64_t longest(std::span<const std::vector<std::int32_t>> prompts)
{
    std::size_t most = 0;
    for (const auto& prompt : prompts) {
        most = std::max(most, prompt.size());
    }
    return static_cast<std::int64_t>(most);
}

} // namespace

std::vector<std::vector<std::int32_t>>
generateBatch(const std::shared_ptr<const DecodeModel>& model,
              std::span<const std::vector<std::int32_t>> prompts, const GenerateOptions& options,
              int threads, const std::function<bool(std::size_t, std::int32_t)>& onToken)
{
    std::vector<DecodeInput> inputs;
    std::vector<Random> randoms;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        checkGeneration(prompts[i], options);
        inputs.push_back({.sequence = static_cast<std::int64_t>(i), .tokens = prompts[i]});
        randoms.push_back(i == 0 ? Random(options.seed) : Random(options.seed).stream(i));
    }
    std::vector<std::vector<std::int32_t>> generated(prompts.size());
    if (prompts.empty() || options.tokens == 0) {
        return generated;
    }
    const std::vector<std::int64_t>& eos = model->config().eosTokens;
    DecodeLoop loop(model, static_cast<std::int64_t>(prompts.size()),
                    longest(prompts) + options.tokens, threads);
    while (!inputs.empty()) {
        const std::vector<std::int32_t> tokens = nextTokens(loop, inputs, options, randoms);
        std::vector<DecodeInput> next;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            const auto sequence = static_cast<std::size_t>(inputs[i].sequence);
            if (options.stopAtEos && std::ranges::find(eos, tokens[i]) != eos.end()) {
                continue;
            }
            generated[sequence].push_back(tokens[i]);
            if (onToken && !onToken(sequence, tokens[i])) {
                return generated;
            }
            if (static_cast<std::int64_t>(generated[sequence].size()) < options.tokens) {
                next.push_back({.sequence = inputs[i].sequence, .tokens = {tokens[i]}});
            }
        }
        inputs = std::move(next);
    }
    return generated;
}

} // namespace espalier
