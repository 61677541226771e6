// SPDX-License-Identifier: GPL-3.0-or-later

// How far a model's next-token distributions are from a reference model's, under the names
// llama.cpp made usual: mean, median and percentiles of KLD, same top p, RMS dp.

#include "core/base/Error.h"
#include "core/eval/Evaluation.h"
#include "core/eval/HeadLoss.h"
#include "core/eval/Statistics.h"
#include "core/eval/WindowPass.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace espalier {

namespace {

void checkVocabularies(const CausalLM& model, const CausalLM& reference)
{
    const std::int64_t own = model.config().vocabSize;
    const std::int64_t other = reference.config().vocabSize;
    if (own != other) {
        throw Error(
            ErrorCode::InvalidInput,
            "The model's vocabulary has " + std::to_string(own) +
                " entries, the reference model's " + std::to_string(other) +
                ": their distributions cannot be compared. Choose a reference with the same "
                "tokenizer.");
    }
}

struct Totals {
    std::vector<float> kl = {};           // of every token, for the percentiles
    std::vector<double> windowMeans = {}; // of kl
    double loss = 0, referenceLoss = 0, squaredDifference = 0;
    std::int64_t sameTop = 0;

    void add(const std::vector<TokenComparison>& window)
    {
        double sum = 0;
        for (const TokenComparison& token : window) {
            kl.push_back(token.kl);
            sum += token.kl;
            loss += token.loss;
            referenceLoss += token.referenceLoss;
            squaredDifference += static_cast<double>(token.probabilityDifference) *
                                 static_cast<double>(token.probabilityDifference);
            sameTop += token.sameTop ? 1 : 0;
        }
        windowMeans.push_back(sum / static_cast<double>(window.size()));
    }
};

DivergenceResult summary(Totals& totals, const CalibrationSet& data)
{
    const auto tokens = static_cast<double>(totals.kl.size());
    const MeanAndError mean = meanAndError(totals.windowMeans);
    return {.mean = mean.mean,
            .standardError = mean.standardError,
            .median = percentile(totals.kl, 0.5),
            .p90 = percentile(totals.kl, 0.9),
            .p95 = percentile(totals.kl, 0.95),
            .p99 = percentile(totals.kl, 0.99),
            .p999 = percentile(totals.kl, 0.999),
            .maximum = percentile(totals.kl, 1.0),
            .sameTop = static_cast<double>(totals.sameTop) / tokens,
            .rmsProbability = std::sqrt(totals.squaredDifference / tokens),
            .perplexity = std::exp(totals.loss / tokens),
            .referencePerplexity = std::exp(totals.referenceLoss / tokens),
            .tokens = static_cast<std::int64_t>(totals.kl.size()),
            .windows = data.tokens.size(0),
            .length = data.tokens.size(1),
            .windowMeans = std::move(totals.windowMeans)};
}

std::vector<TokenComparison> compareWindow(CausalLM& model, const Tensor& states,
                                           CausalLM& reference, const Tensor& referenceStates,
                                           const Tensor& tokens)
{
    const std::int64_t predicted = tokens.size(0) - 1;
    return compareHeads(model, model.finalNorm(states.narrow(0, 0, predicted)), reference,
                        reference.finalNorm(referenceStates.narrow(0, 0, predicted)),
                        tokens.narrow(0, 1, predicted));
}

void checkNumbers(const std::vector<TokenComparison>& window, const std::string& where)
{
    const auto bad = [](const TokenComparison& token) {
        return std::isnan(token.kl) || !std::isfinite(token.loss) ||
               !std::isfinite(token.referenceLoss);
    };
    const auto found = std::find_if(window.begin(), window.end(), bad);
    if (found == window.end()) {
        return;
    }
    const bool ofReference = !std::isfinite(found->referenceLoss);
    throw Error(ErrorCode::Numeric,
                "The divergence at position " + std::to_string(found - window.begin()) + " of " +
                    where + " is not a number: weights or activations of the " +
                    (ofReference ? "reference model" : "model") + " overflow there.");
}

} // namespace

DivergenceResult divergence(CausalLM& model, CausalLM& reference, const CalibrationSet& data,
                            std::int64_t batch, const StepFunction& step)
{
    checkVocabularies(model, reference);
    checkWindows(data, model.config(), batch);
    const at::NoGradGuard noGrad;
    const std::int64_t windows = data.tokens.size(0);
    const std::int64_t stages = model.blocks() + reference.blocks() + 1;
    const std::int64_t width = model.config().hiddenSize + reference.config().hiddenSize;
    Totals totals;
    for (const WindowGroup& group : windowGroups(data, batch, width)) {
        std::int64_t stage = 0;
        const auto report = [&] { step(group.first + group.count * stage / stages, windows); };
        const auto afterBlock = [&](std::int64_t) {
            ++stage;
            report();
        };
        report();
        const Tensor tokens = groupTokens(data, group);
        const std::vector<Tensor> base = hiddenStatesByBatch(reference, tokens, batch, afterBlock);
        const std::vector<Tensor> own = hiddenStatesByBatch(model, tokens, batch, afterBlock);
        for (std::int64_t i = 0; i < group.count; ++i) {
            const auto place = static_cast<std::size_t>(i / batch);
            const std::vector<TokenComparison> window = compareWindow(
                model, own[place][i % batch], reference, base[place][i % batch], tokens[i]);
            checkNumbers(window, describeWindow(data, group.first + i));
            totals.add(window);
        }
    }
    step(windows, windows);
    return summary(totals, data);
}

} // namespace espalier
