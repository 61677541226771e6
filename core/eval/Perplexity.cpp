// SPDX-License-Identifier: GPL-3.0-or-later

// Perplexity as the pruning scripts (GPTQ, SparseGPT, Wanda) define it: windows that do not overlap
// and carry no context, per window the mean loss of its length - 1 predicted positions, exp of the
// mean of these means.

#include "core/base/Error.h"
#include "core/eval/Evaluation.h"
#include "core/eval/HeadLoss.h"
#include "core/eval/Statistics.h"
#include "core/eval/WindowPass.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <numeric>

namespace espalier {

namespace {

double windowLoss(CausalLM& model, const Tensor& states, const Tensor& tokens)
{
    const std::int64_t predicted = tokens.size(0) - 1;
    const Tensor normed = model.finalNorm(states.narrow(0, 0, predicted));
    const std::vector<double> losses =
        headCrossEntropy(model, normed, tokens.narrow(0, 1, predicted));
    return std::accumulate(losses.begin(), losses.end(), 0.0);
}

} // namespace

PerplexityResult perplexity(CausalLM& model, const CalibrationSet& data, std::int64_t batch,
                            const StepFunction& step)
{
    checkWindows(data, model.config(), batch);
    const at::NoGradGuard noGrad;
    const std::int64_t windows = data.tokens.size(0);
    const std::int64_t length = data.tokens.size(1);
    PerplexityResult result{.windows = windows, .length = length};
    for (const WindowGroup& group : windowGroups(data, batch, model.config().hiddenSize)) {
        const auto report = [&](std::int64_t block) {
            step(group.first + group.count * block / (model.blocks() + 1), windows);
        };
        report(0);
        const Tensor tokens = groupTokens(data, group);
        std::vector<Tensor> hidden = hiddenStatesByBatch(
            model, tokens, batch, [&](std::int64_t block) { report(block + 1); });
        for (std::int64_t i = 0; i < group.count; ++i) {
            const Tensor& states = hidden[static_cast<std::size_t>(i / batch)];
            const double loss = windowLoss(model, states[i % batch], tokens[i]);
            if (!std::isfinite(loss)) {
                throw Error(
                    ErrorCode::Numeric,
                    "The loss of " + describeWindow(data, group.first + i) +
                        " is not a number: the model's weights or activations overflow there.");
            }
            result.nll += loss;
            result.windowLosses.push_back(loss / static_cast<double>(length - 1));
        }
    }
    step(windows, windows);
    result.tokens = windows * (length - 1);
    const MeanAndError mean = meanAndError(result.windowLosses);
    result.perplexity = std::exp(mean.mean);
    result.standardError = result.perplexity * mean.standardError; // d exp(x) = exp(x) dx
    return result;
}

} // namespace espalier
