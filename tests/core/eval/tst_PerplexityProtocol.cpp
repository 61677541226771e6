// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/ProtocolPasses.h"
#include "tests/core/eval/TableModel.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"
#include "tests/support/TinyModel.h"

#include <ATen/core/grad_mode.h>

#include <numbers>

using namespace espalier;
using namespace espalier::test;
using namespace std::string_literals;

namespace {

const double kLn2 = std::numbers::ln2;
const double kLn4 = 2 * std::numbers::ln2;

/// Four tokens. After 0, token 1 has 1/2 and the others 1/6 each; after any other all have 1/4.
TableModel table()
{
    Tensor logits = at::zeros({4, 4});
    logits[0][1] = std::log(3.0);
    return TableModel(logits);
}

} // namespace

TEST(namesAreKnownAndOthersRefused)
{
    for (const PerplexityProtocol protocol : perplexityProtocols()) {
        VERIFY(perplexityProtocolFromName(nameOf(protocol)) == protocol);
        VERIFY(!describe(protocol).empty());
    }
    COMPARE(perplexityProtocols().size(), 4U);
    VERIFY_FAILS(perplexityProtocolFromName("wikitext"), ErrorCode::InvalidInput,
                 "Known are scripts, llama.cpp, lm-eval, per-sentence.");
}

TEST(scriptsSeeEveryPositionButTheFirst)
{
    TableModel model = table();
    // 0->1: ln 2; 1->0: ln 4; 1->1, 1->1: ln 4 each.
    const ProtocolResult result =
        scriptsPerplexity(model, windowsOf(at::tensor({0, 1, 0, 1, 1, 1}).view({2, 3})), 4, noStep);
    COMPARE_CLOSE(result.perplexity.value, std::exp(((kLn2 + kLn4) / 2 + kLn4) / 2), 1e-5);
    COMPARE(toJson(result).at("protocol").get<std::string>(), "scripts"s);
    COMPARE(toJson(result).at("n").get<int>(), 2);
}

TEST(llamaCppScoresTheSecondHalf)
{
    TableModel model = table();
    // Chunks of 6, tokens behind position 3 scored: two of each. The ninth-to-last tokens are cut.
    const std::vector<std::int32_t> tokens{1, 1, 1, 0, 1, 2, 3, 3, 3, 2, 0, 1, 0, 1};
    const ProtocolResult result = chunkPerplexity(model, tokens, {.length = 6, .batch = 4}, noStep);
    // Chunk 1: 0->1 ln 2, 1->2 ln 4. Chunk 2: 2->0 ln 4, 0->1 ln 2.
    COMPARE(result.tokens, 4);
    COMPARE_CLOSE(result.nll, 2 * kLn2 + 2 * kLn4, 1e-5);
    COMPARE_CLOSE(result.perplexity.value, std::exp(1.5 * kLn2), 1e-5);
    // Losses of ln 2 and 2 ln 2 around 1.5 ln 2: variance (ln 2 / 2)^2, over 4 - 1 tokens.
    COMPARE_CLOSE(result.perplexity.standardError, std::exp(1.5 * kLn2) * kLn2 / 2 / std::sqrt(3.0),
                  1e-5);
    COMPARE(result.itemLosses.size(), 2U);
    VERIFY_FAILS(chunkPerplexity(model, std::span(tokens).first(11), {.length = 6}, noStep),
                 ErrorCode::InvalidInput, "two chunks of 6 at least, 12 tokens");
    VERIFY_FAILS(chunkPerplexity(model, tokens, {.length = 6, .chunks = 3}, noStep),
                 ErrorCode::InvalidInput, "2 chunks");
}

TEST(llamaCppPutsTheBeginTokenOverTheFirst)
{
    const TempFolder temp;
    const std::unique_ptr<CausalLM> model = CausalLM::open(makeTinyModel(temp.path() / "model"));
    at::manual_seed(9);
    const Tensor drawn = at::randint(3, 96, {24}, at::kInt);
    std::vector<std::int32_t> tokens(drawn.const_data_ptr<std::int32_t>(),
                                     drawn.const_data_ptr<std::int32_t>() + 24);
    const ProtocolResult plain = chunkPerplexity(*model, tokens, {.length = 12}, noStep);
    const ProtocolResult begun =
        chunkPerplexity(*model, tokens, {.length = 12, .begin = 1}, noStep);
    VERIFY(plain.nll != begun.nll);
    tokens[0] = tokens[12] = 1;
    COMPARE(chunkPerplexity(*model, tokens, {.length = 12}, noStep).nll, begun.nll);
}

TEST(rollingWindowsPredictEveryTokenOnce)
{
    TableModel model = table();
    // Two documents, the prefix is token 0: 0->1 ln 2, 1->1 ln 4, 1->0 ln 4, 0->1 ln 2, 1->2 ln 4;
    // 0->1 ln 2.
    const std::vector<RollingDocument> documents{{{1, 1, 0, 1, 2}, 3, 10}, {{1}, 1, 4}, {{}, 1, 0}};
    const double nll = 3 * kLn2 + 3 * kLn4;
    for (const std::int64_t length : {2, 3, 5, 64}) {
        const ProtocolResult result = rollingPerplexity(
            model, documents, {.length = length, .prefixToken = 0, .batch = 2}, noStep);
        COMPARE(result.tokens, 6);
        COMPARE(result.leftOut, 1);
        COMPARE_CLOSE(result.nll, nll, 1e-5);
        COMPARE_CLOSE(result.wordPerplexity->value, std::exp(nll / 4), 1e-4);
        COMPARE_CLOSE(result.bytePerplexity->value, std::exp(nll / 14), 1e-5);
        COMPARE_CLOSE(result.bitsPerByte->value, 9.0 / 14.0, 1e-6);
        // Residuals of 8 and 1 bits from 9/14 a byte: 22/14 and -22/14; sqrt(2 (22/14)^2 2) / 14.
        COMPARE_CLOSE(result.bitsPerByte->standardError, 2 * 22.0 / 14.0 / 14.0, 1e-6);
    }
    VERIFY_FAILS(rollingPerplexity(model, {{}}, {}, noStep), ErrorCode::InvalidInput,
                 "no documents");
}

TEST(rollingContextsAreTheHarnesss)
{
    const TempFolder temp;
    const std::unique_ptr<CausalLM> model = CausalLM::open(makeTinyModel(temp.path() / "model"));
    // Ten tokens by windows of 4: input p0123 predicts 0123; then [3 4 5 6] predicts 4567; the last
    // has [5 6 7 8] to predict 8 and 9, so that 5 to 7 are context.
    std::vector<std::int32_t> t{10, 11, 12, 13, 14, 15, 16, 17, 18, 19};
    const ProtocolResult result =
        rollingPerplexity(*model, {{t, 1, 1}}, {.length = 4, .prefixToken = 1}, noStep);
    const at::NoGradGuard noGrad;
    const auto loss = [&](const std::vector<std::int64_t>& window, std::int64_t from) {
        const Tensor logits = model->logits(at::tensor(window).unsqueeze(0))[0].to(at::kDouble);
        const Tensor logP = at::log_softmax(logits, 1);
        double sum = 0;
        for (std::size_t i = static_cast<std::size_t>(from); i < window.size(); ++i) {
            sum -= logP[static_cast<std::int64_t>(i) - 1][window[i]].item<double>();
        }
        return sum;
    };
    const double expected = loss({1, 10, 11, 12, 13}, 1) + loss({13, 14, 15, 16, 17}, 1) +
                            loss({15, 16, 17, 18, 19}, 3);
    COMPARE_CLOSE(result.nll, expected, 1e-4);
}

TEST(wordsAsPythonSplitsThem)
{
    COMPARE(rollingWords("a b  c\n\td"), 4);
    COMPARE(rollingWords(" a "), 3); // an empty piece at each end
    COMPARE(rollingWords(""), 1);
    COMPARE(rollingWords("a\u00A0b\x1C"
                         "c"),
            3);
}

TEST(sentencesAreAveragedAsPerplexities)
{
    TableModel model = table();
    const std::vector<std::vector<std::int32_t>> lines{{0, 1}, {1, 2, 3}, {2}, {}};
    const ProtocolResult plain = sentencePerplexity(model, lines, {}, noStep);
    COMPARE_CLOSE(plain.perplexity.value, (2.0 + 4.0) / 2, 1e-5); // not exp of the mean: 3.17
    COMPARE_CLOSE(plain.perplexity.standardError, 1.0, 1e-5);     // deviation sqrt 2, over sqrt 2
    COMPARE(plain.leftOut, 2);
    const ProtocolResult begun = sentencePerplexity(model, lines, {.start = 0}, noStep);
    // 0->0 ln 6, 0->1 ln 2: sqrt 12; 0->1 ln 2, ln 4, ln 4: 32^(1/3); 0->2 ln 6.
    COMPARE_CLOSE(begun.perplexity.value, (std::sqrt(12.0) + std::cbrt(32.0) + 6.0) / 3, 1e-4);
    COMPARE(begun.leftOut, 1);
    COMPARE(sentencePerplexity(model, {{0, 1, 2, 3}}, {.length = 2}, noStep).tokens, 1);
}
