// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/Evaluation.h"
#include "tests/core/eval/TableModel.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"
#include "tests/support/TinyModel.h"

#include <ATen/core/grad_mode.h>

using namespace espalier;
using namespace espalier::test;

namespace {

// Logits (a, 0, 0) give the first token the probability e^-loss.
double logitForLoss(double loss)
{
    return std::log(2 * std::exp(-loss) / (1 - std::exp(-loss)));
}

Tensor twoAndTwoPointTwo()
{
    Tensor logits = at::zeros({3, 3});
    logits[0][0] = logitForLoss(2.0);
    logits[1][1] = logitForLoss(2.2);
    return logits;
}

} // namespace

TEST(twoWindowsOfMeansTwoAndTwoPointTwo)
{
    TableModel model(twoAndTwoPointTwo());
    const CalibrationSet data = windowsOf(at::tensor({0, 0, 0, 0, 0, 1, 1, 1, 1, 1}).view({2, 5}));
    const PerplexityResult result = perplexity(model, data, 4, noStep);
    COMPARE_CLOSE(result.perplexity, 8.16617, 5e-6); // exp(2.1)
    COMPARE_CLOSE(result.nll, 4 * 2.0 + 4 * 2.2, 1e-5);
    // The means differ by 0.2: deviation 0.1414, over sqrt(2) 0.1, times the perplexity.
    COMPARE_CLOSE(result.standardError, 0.816617, 5e-6);
    COMPARE(result.tokens, 8);
    COMPARE(result.windows, 2);
    COMPARE(result.length, 5);
}

TEST(tilesAgreeWithADoubleReference)
{
    at::manual_seed(7); // 999 rows and 7000 entries: two tiles each way, the last ones short
    TableModel model(at::randn({7000, 8}), at::randn({7000, 8}) * 2);
    const CalibrationSet data = randomWindows(2, 1000, 40, 8);
    double expected = 0;
    std::vector<std::vector<double>> logProbabilities;
    for (std::int64_t token = 0; token < 40; ++token) {
        logProbabilities.push_back(logSoftmax(model.logitsAfter(token)));
    }
    for (std::int64_t w = 0; w < 2; ++w) {
        const std::int32_t* tokens = data.tokens.const_data_ptr<std::int32_t>() + w * 1000;
        for (std::int64_t i = 0; i + 1 < 1000; ++i) {
            expected -= logProbabilities[static_cast<std::size_t>(tokens[i])]
                                        [static_cast<std::size_t>(tokens[i + 1])];
        }
    }
    const PerplexityResult result = perplexity(model, data, 1, noStep);
    COMPARE_CLOSE(result.nll / expected, 1.0, 1e-6);
    COMPARE_CLOSE(result.perplexity, std::exp(expected / 1998), 1e-5 * std::exp(expected / 1998));
}

TEST(targetsInTheLastTileAreFound)
{
    Tensor logits = at::zeros({6200, 1});
    logits[6199][0] = std::log(6199.0); // half of the probability
    TableModel model(at::ones({6200, 1}), logits);
    const PerplexityResult result =
        perplexity(model, windowsOf(at::tensor({3, 6199, 6199}).view({1, 3})), 1, noStep);
    COMPARE_CLOSE(result.nll, 2 * std::log(2.0), 1e-5);
}

TEST(oneWindowHasNoStandardError)
{
    TableModel model(twoAndTwoPointTwo());
    const PerplexityResult result =
        perplexity(model, windowsOf(at::zeros({1, 4}, at::kLong)), 1, noStep);
    VERIFY(std::isnan(result.standardError));
    VERIFY(toJson(result).at("standard_error").is_null());
    COMPARE_CLOSE(toJson(result).at("nll").get<double>(), 6.0, 1e-5);
}

TEST(groupsAddUp)
{
    at::manual_seed(3);
    TableModel model(at::randn({11, 11}));
    const CalibrationSet all = randomWindows(37, 6, 11, 4); // groups of 15, 15 and 7 at batch 3
    double sum = 0;
    for (std::int64_t w = 0; w < 37; ++w) {
        sum += perplexity(model, windowsOf(all.tokens.narrow(0, w, 1)), 1, noStep).nll;
    }
    const PerplexityResult result = perplexity(model, all, 3, noStep);
    COMPARE_CLOSE(result.nll, sum, 1e-4);
    COMPARE(result.tokens, 37 * 5);
}

TEST(aLossThatIsNotANumberNamesItsWindow)
{
    Tensor embedding = at::eye(3);
    embedding[2][1] = std::numeric_limits<float>::quiet_NaN();
    TableModel model(embedding, at::zeros({3, 3}));
    const CalibrationSet data = windowsOf(at::tensor({0, 1, 0, 1, 0, 1, 2, 0, 0}).view({3, 3}));
    VERIFY_FAILS(perplexity(model, data, 2, noStep), ErrorCode::Numeric,
                 "window 3 of 3 (tokens 6 to 8 of made-by-hand)");
}

TEST(refusesWhatCannotBePredicted)
{
    TableModel model(twoAndTwoPointTwo());
    VERIFY_FAILS(perplexity(model, windowsOf(at::zeros({2, 1}, at::kLong)), 1, noStep),
                 ErrorCode::InvalidInput, "two tokens");
    VERIFY_FAILS(perplexity(model, windowsOf(at::zeros({0, 8}, at::kLong)), 1, noStep),
                 ErrorCode::InvalidInput, "no window");
    VERIFY_FAILS(perplexity(model, windowsOf(at::full({1, 4}, 3)), 1, noStep),
                 ErrorCode::InvalidInput, "token id 3, the model knows 0 to 2");
    VERIFY_FAILS(perplexity(model, windowsOf(at::zeros({1, 4}, at::kLong)), 0, noStep),
                 ErrorCode::InvalidInput, "batch of 0");
}

TEST(reportsWindowsAndStopsWhenAsked)
{
    TableModel model(twoAndTwoPointTwo());
    const CalibrationSet data = randomWindows(40, 4, 3, 5);
    std::vector<std::int64_t> seen;
    perplexity(model, data, 4, [&](std::int64_t done, std::int64_t total) {
        COMPARE(total, 40);
        seen.push_back(done);
    });
    COMPARE(seen, (std::vector<std::int64_t>{0, 16, 32, 40}));
    bool stopped = false;
    try {
        perplexity(model, data, 4, [](std::int64_t done, std::int64_t) {
            if (done > 0) {
                throw Cancelled{};
            }
        });
    } catch (const Cancelled&) {
        stopped = true;
    }
    VERIFY(stopped);
}

TEST(streamedEqualsResidentBitForBit)
{
    const TempFolder temp;
    const Path folder = makeTinyModel(temp.path() / "model");
    const std::unique_ptr<CausalLM> resident = CausalLM::open(folder);
    const std::unique_ptr<CausalLM> streamed =
        CausalLM::open(folder, {.residency = Residency::Streamed});
    const CalibrationSet data = randomWindows(21, 24, 96, 12); // groups of 15 and 6 at batch 3
    const PerplexityResult a = perplexity(*resident, data, 3, noStep);
    const PerplexityResult b = perplexity(*streamed, data, 3, noStep);
    COMPARE(a.nll, b.nll);
    COMPARE(a.standardError, b.standardError);
    const at::NoGradGuard noGrad;
    double expected = 0; // window by window, by the model's own logits
    for (std::int64_t w = 0; w < 21; ++w) {
        const Tensor tokens = data.tokens[w].to(at::kLong);
        const Tensor logits = resident->logits(tokens.unsqueeze(0))[0].to(at::kDouble);
        const Tensor losses = -at::log_softmax(logits.narrow(0, 0, 23), 1);
        expected += losses.gather(1, tokens.narrow(0, 1, 23).unsqueeze(1)).sum().item<double>();
    }
    COMPARE_CLOSE(a.nll / expected, 1.0, 1e-6);
}
