// SPDX-License-Identifier: GPL-3.0-or-later

// llama.cpp's chunks: windows without overlap whose second half is scored.

#include "core/eval/ChunkPass.h"

#include "core/base/Error.h"
#include "core/eval/HeadLoss.h"
#include "core/eval/WindowPass.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

namespace espalier {

CalibrationSet chunkWindows(std::span<const std::int32_t> tokens, std::int64_t chunks,
                            const ChunkOptions& options)
{
    CalibrationSet set{.name = "the text"};
    set.tokens = at::empty({chunks, options.length}, at::kInt);
    std::copy_n(tokens.begin(), chunks * options.length, set.tokens.data_ptr<std::int32_t>());
    if (options.begin) {
        set.tokens.select(1, 0).fill_(*options.begin);
    }
    return set;
}

void forChunks(CausalLM& model, const CalibrationSet& chunks, std::int64_t batch,
               const StepFunction& step,
               const std::function<void(std::int64_t chunk, const Tensor& normed)>& use)
{
    checkWindows(chunks, model.config(), batch);
    const at::NoGradGuard noGrad;
    const std::int64_t length = chunks.tokens.size(1);
    const std::int64_t total = chunks.tokens.size(0);
    const std::int64_t first = length / 2;
    for (const WindowGroup& group : windowGroups(chunks, batch, model.config().hiddenSize)) {
        const auto report = [&](std::int64_t block) {
            step(group.first + group.count * block / (model.blocks() + 1), total);
        };
        report(0);
        const std::vector<Tensor> hidden =
            hiddenStatesByBatch(model, groupTokens(chunks, group), batch,
                                [&](std::int64_t block) { report(block + 1); });
        for (std::int64_t i = 0; i < group.count; ++i) {
            const Tensor states = hidden[static_cast<std::size_t>(i / batch)][i % batch];
            use(group.first + i, model.finalNorm(states.narrow(0, first, length - 1 - first)));
        }
    }
    step(total, total);
}

std::int64_t chunkCount(std::size_t tokens, const ChunkOptions& options)
{
    if (options.length < 4) {
        throw Error(ErrorCode::InvalidInput,
                    "Chunks of " + std::to_string(options.length) +
                        " tokens leave nothing to score in their second half. Use 4 or more.");
    }
    const std::int64_t most = static_cast<std::int64_t>(tokens) / options.length;
    if (most < 2) {
        throw Error(ErrorCode::InvalidInput,
                    "The text has " + std::to_string(tokens) +
                        " tokens; the protocol llama.cpp needs two chunks of " +
                        std::to_string(options.length) + " at least, " +
                        std::to_string(2 * options.length) + " tokens.");
    }
    if (options.chunks > most) {
        throw Error(ErrorCode::InvalidInput, "The text has " + std::to_string(most) +
                                                 " chunks of " + std::to_string(options.length) +
                                                 " tokens, " + std::to_string(options.chunks) +
                                                 " are asked for.");
    }
    return options.chunks > 0 ? options.chunks : most;
}

ProtocolResult chunkPerplexity(CausalLM& model, std::span<const std::int32_t> tokens,
                               const ChunkOptions& options, const StepFunction& step)
{
    const std::int64_t chunks = chunkCount(tokens.size(), options);
    std::vector<std::vector<double>> losses;
    const auto score = [&](std::int64_t chunk, const Tensor& normed) {
        const std::int64_t first = chunk * options.length + options.length / 2 + 1;
        const auto actual = tokens.subspan(static_cast<std::size_t>(first),
                                           static_cast<std::size_t>(normed.size(0)));
        const std::vector<std::int64_t> targets(actual.begin(), actual.end());
        losses.push_back(headCrossEntropy(model, normed, at::tensor(targets)));
        const bool isNumber =
            std::ranges::all_of(losses.back(), [](double loss) { return std::isfinite(loss); });
        if (!isNumber) {
            throw Error(ErrorCode::Numeric,
                        "The loss of chunk " + std::to_string(chunk + 1) + " of " +
                            std::to_string(chunks) +
                            " is not a number: the model's weights or activations overflow "
                            "there.");
        }
    };
    forChunks(model, chunkWindows(tokens, chunks, options), options.batch, step, score);
    return chunkResult(losses, options.length);
}

} // namespace espalier
