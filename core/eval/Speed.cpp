// SPDX-License-Identifier: GPL-3.0-or-later

// Tokens per second as a user of the model gets them: the generator itself is timed, greedy, one
// sequence. Prefill lasts until the first new token, decoding from there to the last one.

#include "core/base/Error.h"
#include "core/eval/Evaluation.h"
#include "core/eval/PeakRss.h"
#include "core/eval/Statistics.h"
#include "core/generate/DecodeModel.h"
#include "core/generate/Generator.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <chrono>
#include <functional>
#include <memory>

namespace espalier {

namespace {

using Clock = std::chrono::steady_clock;

double secondsBetween(Clock::time_point begin, Clock::time_point end)
{
    return std::chrono::duration<double>(end - begin).count();
}

void checkOptions(const SpeedOptions& options, const ModelConfig& config)
{
    if (options.promptTokens < 1 || options.generatedTokens < 2 || options.repeats < 1 ||
        options.warmUps < 0) {
        throw Error(ErrorCode::InvalidInput,
                    "Speed needs a prompt of 1 token, 2 generated tokens and 1 repeat at least; "
                    "asked for were " +
                        std::to_string(options.promptTokens) + ", " +
                        std::to_string(options.generatedTokens) + " and " +
                        std::to_string(options.repeats) + " (" + std::to_string(options.warmUps) +
                        " warm-ups).");
    }
    const std::int64_t positions = options.promptTokens + options.generatedTokens;
    if (config.maxPositions > 0 && positions > config.maxPositions) {
        throw Error(ErrorCode::InvalidInput,
                    "Speed with " + std::to_string(positions) +
                        " positions (prompt and generated tokens) was asked for, the model has " +
                        std::to_string(config.maxPositions) + ". Choose fewer.");
    }
}

/// Ids spread over the vocabulary; which ones does not matter for the time.
std::vector<std::int32_t> promptOf(std::int64_t tokens, std::int64_t vocabSize)
{
    std::vector<std::int32_t> ids;
    for (std::int64_t i = 0; i < tokens; ++i) {
        ids.push_back(static_cast<std::int32_t>((i * 7919 + 11) % vocabSize));
    }
    return ids;
}

struct Rates {
    double prefill = 0, decode = 0;
};

using Packed = std::shared_ptr<const DecodeModel>;

/// As a user generates: packed where that is possible.
void generateOnce(CausalLM& model, const Packed& packed, const std::vector<std::int32_t>& prompt,
                  std::int64_t tokens, const std::function<bool(std::int32_t)>& onToken)
{
    const GenerateOptions options{.tokens = tokens, .stopAtEos = false};
    if (packed) {
        const std::vector<std::vector<std::int32_t>> prompts{prompt};
        generateBatch(packed, prompts, options, at::get_num_threads(),
                      [&](std::size_t, std::int32_t id) { return onToken(id); });
    } else {
        generate(model, prompt, options, onToken);
    }
}

Rates timeOnce(CausalLM& model, const Packed& packed, const std::vector<std::int32_t>& prompt,
               const SpeedOptions& options)
{
    std::int64_t tokens = 0;
    const Clock::time_point begin = Clock::now();
    Clock::time_point first = begin, last = begin;
    generateOnce(model, packed, prompt, options.generatedTokens, [&](std::int32_t) {
        last = Clock::now();
        first = tokens == 0 ? last : first;
        ++tokens;
        return true;
    });
    return {.prefill = static_cast<double>(prompt.size()) / secondsBetween(begin, first),
            .decode = static_cast<double>(tokens - 1) / secondsBetween(first, last)};
}

} // namespace

SpeedOptions speedOptionsFor(const ModelConfig& config)
{
    SpeedOptions options;
    const std::int64_t wanted = options.promptTokens + options.generatedTokens;
    if (config.maxPositions > 0 && config.maxPositions < wanted) {
        options.generatedTokens =
            std::max<std::int64_t>(2, config.maxPositions * options.generatedTokens / wanted);
        options.promptTokens = config.maxPositions - options.generatedTokens;
    }
    return options;
}

SpeedResult measureSpeed(CausalLM& model, const SpeedOptions& options, const StepFunction& step)
{
    checkOptions(options, model.config());
    const at::NoGradGuard noGrad;
    const PeakRssScope memory;
    const Packed packed = canPack(model) ? std::make_shared<const DecodeModel>(model) : nullptr;
    const std::vector<std::int32_t> prompt =
        promptOf(options.promptTokens, model.config().vocabSize);
    const std::int64_t total = options.warmUps + options.repeats;
    std::vector<double> prefill, decode;
    for (std::int64_t i = 0; i < total; ++i) {
        step(i, total);
        const Rates rates = timeOnce(model, packed, prompt, options);
        if (i >= options.warmUps) {
            prefill.push_back(rates.prefill);
            decode.push_back(rates.decode);
        }
    }
    step(total, total);
    return {.prefillTokensPerSecond = percentile(prefill, 0.5),
            .prefillLow = percentile(prefill, 0.1),
            .prefillHigh = percentile(prefill, 0.9),
            .decodeTokensPerSecond = percentile(decode, 0.5),
            .decodeLow = percentile(decode, 0.1),
            .decodeHigh = percentile(decode, 0.9),
            .promptTokens = options.promptTokens,
            .generatedTokens = options.generatedTokens,
            .repeats = options.repeats,
            .warmUps = options.warmUps,
            .peakRssBytes = memory.peakBytes()};
}

} // namespace espalier
