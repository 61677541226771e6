// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/Evaluation.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"
#include "tests/support/TinyModel.h"

using namespace espalier;
using namespace espalier::test;

TEST(measuresAfterTheWarmUp)
{
    const TempFolder temp;
    const std::unique_ptr<CausalLM> model = CausalLM::open(makeTinyModel(temp.path() / "model"));
    std::vector<std::int64_t> steps;
    const SpeedResult result =
        measureSpeed(*model, {.promptTokens = 16, .generatedTokens = 8, .repeats = 3, .warmUps = 2},
                     [&](std::int64_t done, std::int64_t total) {
                         COMPARE(total, 5);
                         steps.push_back(done);
                     });
    COMPARE(steps, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}));
    VERIFY(result.prefillLow > 0 && result.prefillLow <= result.prefillTokensPerSecond);
    VERIFY(result.prefillTokensPerSecond <= result.prefillHigh);
    VERIFY(result.decodeLow > 0 && result.decodeLow <= result.decodeTokensPerSecond);
    VERIFY(result.decodeTokensPerSecond <= result.decodeHigh);
    COMPARE(result.promptTokens, 16);
    COMPARE(result.repeats, 3);
    VERIFY(result.peakRssBytes > 0);
    COMPARE(toJson(result).at("warm_ups").get<int>(), 2);
}

TEST(refusesMoreThanTheModelsPositions)
{
    const TempFolder temp;
    const std::unique_ptr<CausalLM> model = CausalLM::open(makeTinyModel(temp.path() / "model"));
    const auto noStep = [](std::int64_t, std::int64_t) {};
    VERIFY_FAILS(measureSpeed(*model, {.promptTokens = 100, .generatedTokens = 64}, noStep),
                 ErrorCode::InvalidInput, "164 positions");
    VERIFY_FAILS(measureSpeed(*model, {.promptTokens = 8, .generatedTokens = 1}, noStep),
                 ErrorCode::InvalidInput, "2 generated tokens");
}
