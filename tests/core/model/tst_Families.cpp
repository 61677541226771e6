// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/Checkpoint.h"
#include "core/generate/Generator.h"
#include "core/model/CausalLM.h"
#include "tests/core/model/FamilyFixtures.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

using namespace espalier;

namespace {

std::vector<Path> fixtures()
{
    return test::fixturesIn("families");
}

using test::expectedOf, test::modelIn, test::verifyClose;

} // namespace

TEST(hiddenStatesAndLogitsAreThoseOfTransformers)
{
    const at::NoGradGuard noGrad;
    VERIFY(fixtures().size() == 16);
    for (const Path& folder : fixtures()) {
        const test::TempFolder place;
        const std::string name = folder.filename().string();
        const auto expected = expectedOf(folder);
        const auto model = CausalLM::open(modelIn(place, folder));
        Tensor hidden = model->embed(expected.at("ids"));
        for (std::int64_t i = 0; i <= model->blocks(); ++i) {
            verifyClose(hidden, expected.at("hidden." + std::to_string(i)),
                        name + ", hidden state " + std::to_string(i));
            if (i < model->blocks()) {
                hidden = model->lease(i)->forward(hidden, nullptr, i);
            }
        }
        verifyClose(model->logits(expected.at("ids")), expected.at("logits"), name + ", logits");
    }
}

TEST(aCacheGivesTheSameLogitsInPieces)
{
    const at::NoGradGuard noGrad;
    for (const Path& folder : fixtures()) {
        const test::TempFolder place;
        const auto expected = expectedOf(folder);
        const auto model = CausalLM::open(modelIn(place, folder));
        const Tensor ids = expected.at("ids");
        KvCache cache;
        std::vector<Tensor> pieces;
        for (std::int64_t begin = 0; begin < ids.size(1);) {
            const std::int64_t length = begin == 0 ? 9 : begin == 9 ? 3 : 1;
            pieces.push_back(model->logits(ids.narrow(1, begin, length), &cache));
            begin += length;
        }
        verifyClose(at::cat(pieces, 1), expected.at("logits"),
                    folder.filename().string() + ", decoded in pieces");
    }
}

TEST(attentionProbabilitiesAreThoseOfTransformers)
{
    const at::NoGradGuard noGrad;
    for (const Path& folder : fixtures()) {
        const test::TempFolder place;
        const std::string name = folder.filename().string();
        const auto expected = expectedOf(folder);
        const auto model = CausalLM::open(modelIn(place, folder));
        const std::int64_t last = model->blocks() - 1;
        BlockTaps taps{.wantsAttention = true};
        const Tensor hidden = model->lease(last)->forward(
            expected.at("hidden." + std::to_string(last)), BlockCall{.taps = &taps});
        verifyClose(hidden, expected.at("hidden." + std::to_string(last + 1)),
                    name + ", hidden state with probabilities wanted");
        const Tensor& reference = expected.at("attention");
        const std::int64_t seen = taps.probabilities.size(-1); // a window may have cut the rest
        verifyClose(taps.probabilities,
                    reference.narrow(-1, reference.size(-1) - seen, seen).contiguous(),
                    name + ", attention");
        VERIFY2(at::allclose(at::softmax(taps.scores, -1), taps.probabilities), name);
        COMPARE(taps.inner.size(-1), model->config().intermediateSize);
        COMPARE(taps.values.size(1), model->config().keyValueHeads);
    }
}

TEST(paddingOnTheLeftIsSeenByNobody)
{
    const at::NoGradGuard noGrad;
    for (const Path& folder : fixtures()) {
        const test::TempFolder place;
        const auto expected = expectedOf(folder);
        const auto model = CausalLM::open(modelIn(place, folder));
        const Tensor ids = expected.at("padded.ids"), reference = expected.at("padded.logits");
        KvCache cache{.padding = at::tensor({5, 0}, at::kLong)};
        std::vector<Tensor> pieces;
        for (std::int64_t begin = 0; begin < ids.size(1);) {
            const std::int64_t length = begin == 0 ? 9 : begin == 9 ? 3 : 1;
            pieces.push_back(model->logits(ids.narrow(1, begin, length), &cache));
            begin += length;
        }
        const Tensor logits = at::cat(pieces, 1);
        VERIFY(logits.isfinite().all().item<bool>());
        const std::string name = folder.filename().string();
        verifyClose(logits[0].narrow(0, 5, 20), reference[0].narrow(0, 5, 20),
                    name + ", behind padding");
        verifyClose(logits[1], reference[1], name + ", beside a padded sequence");
    }
}

TEST(greedyTextIsThatOfTransformers)
{
    for (const Path& folder : fixtures()) {
        const test::TempFolder place;
        const auto expected = expectedOf(folder);
        const auto model = CausalLM::open(modelIn(place, folder));
        const Tensor prompts = expected.at("greedy.prompts").to(at::kInt).contiguous();
        const Tensor wanted = expected.at("greedy.tokens");
        COMPARE(prompts.size(0), 50);
        for (std::int64_t i = 0; i < prompts.size(0); ++i) {
            const Tensor prompt = prompts[i];
            const std::vector<std::int32_t> tokens =
                generate(*model, {prompt.const_data_ptr<std::int32_t>(), 6},
                         {.tokens = wanted.size(1), .stopAtEos = false});
            const Tensor found =
                at::tensor(at::ArrayRef<std::int32_t>(tokens.data(), tokens.size()), at::kLong);
            VERIFY2(at::equal(found, wanted[i]),
                    folder.filename().string() + ", prompt " + std::to_string(i));
        }
    }
}

TEST(gradientsReachEveryParameter)
{
    for (const Path& folder : fixtures()) {
        const test::TempFolder place;
        const auto expected = expectedOf(folder);
        const auto model = CausalLM::open(modelIn(place, folder));
        std::vector<Tensor> parameters = model->parameters();
        for (Tensor& parameter : parameters) {
            parameter.requires_grad_(true);
        }
        model->logits(expected.at("ids")).square().sum().backward();
        for (const Tensor& parameter : parameters) {
            VERIFY2(parameter.is_leaf() && parameter.is_contiguous(), folder.filename().string());
            VERIFY2(parameter.grad().defined() && parameter.grad().abs().max().item<double>() > 0,
                    folder.filename().string());
        }
    }
}

TEST(parametersAreCountedByConfig)
{
    for (const Path& folder : fixtures()) {
        const test::TempFolder place;
        const Checkpoint weights = Checkpoint::open(modelIn(place, folder));
        COMPARE(parameterCount(readModelConfig(folder)), test::storedCount(weights));
    }
}

TEST(whatDiffersByBlockFollowsTheBlocksThatAreKept)
{
    ModelConfig config = readModelConfig(Path(ESPALIER_TEST_DATA) / "families" / "smollm3");
    COMPARE(config.unrotated, (std::vector<bool>{false, true, false}));
    keepBlocks(config, {1, 2});
    COMPARE(config.unrotated, (std::vector<bool>{true, false}));
    COMPARE(config.raw["no_rope_layers"], Json::array({0, 1}));
    COMPARE(config.raw["num_hidden_layers"], 2);

    config = readModelConfig(Path(ESPALIER_TEST_DATA) / "families" / "qwen2-windows");
    COMPARE(config.windowed, (std::vector<bool>{false, true, true}));
    keepBlocks(config, {0, 2});
    COMPARE(config.windowed, (std::vector<bool>{false, true}));
    COMPARE(config.raw["layer_types"], Json::array({"full_attention", "sliding_attention"}));

    // A block keeps its kind when its number changes.
    const at::NoGradGuard noGrad;
    for (const char* name : {"smollm3", "smollm3-windows", "qwen2-windows", "mistral"}) {
        const test::TempFolder place;
        const Path folder = Path(ESPALIER_TEST_DATA) / "families" / name;
        const auto expected = expectedOf(folder);
        const Path model = modelIn(place, folder);
        const auto kept = CausalLM::open(model, {.keepBlocks = {1, 2}});
        Tensor hidden = expected.at("hidden.1");
        for (std::int64_t i = 0; i < 2; ++i) {
            hidden = kept->lease(i)->forward(hidden, nullptr, i);
        }
        verifyClose(hidden, expected.at("hidden.3"), std::string(name) + ", blocks 1 and 2");
    }
}
