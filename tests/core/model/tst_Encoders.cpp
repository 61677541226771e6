// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/Checkpoint.h"
#include "core/model/Encoder.h"
#include "tests/core/model/FamilyFixtures.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

using namespace espalier;
using test::expectedOf, test::modelIn, test::verifyClose;

namespace {

std::vector<Path> fixtures()
{
    return test::fixturesIn("encoders");
}

Path fixture(const char* name)
{
    return Path(ESPALIER_TEST_DATA) / "encoders" / name;
}

EncoderInput inputOf(const std::map<std::string, Tensor>& expected)
{
    return {.tokens = expected.at("ids"),
            .types = expected.contains("types") ? expected.at("types") : Tensor(),
            .visible = expected.at("mask").to(at::kBool)};
}

/// Behind padding anything may stand: nobody looks at it.
Tensor textOf(const Tensor& states)
{
    return at::cat({states[0], states[1].narrow(0, 0, 14)});
}

} // namespace

TEST(hiddenStatesAndHeadsAreThoseOfTransformers)
{
    const at::NoGradGuard noGrad;
    VERIFY(fixtures().size() == 10);
    for (const Path& folder : fixtures()) {
        const test::TempFolder place;
        const std::string name = folder.filename().string();
        const auto expected = expectedOf(folder);
        const auto model = Encoder::open(modelIn(place, folder));
        const EncoderInput input = inputOf(expected);
        Tensor hidden = model->embed(input, nullptr);
        for (std::int64_t i = 0; i < model->blocks(); ++i) {
            verifyClose(textOf(hidden), textOf(expected.at("hidden." + std::to_string(i))),
                        name + ", hidden state " + std::to_string(i));
            hidden = model->lease(i)->forward(hidden, BlockCall{.visible = input.visible});
        }
        verifyClose(textOf(hidden), textOf(expected.at("hidden.3")), name + ", last hidden state");
        VERIFY2(at::equal(model->hiddenStates(input), hidden), name);
        COMPARE(model->hasPooler(), expected.contains("pooled") || name == "bert-classifier" ||
                                        name == "bert-pretraining");
        if (expected.contains("pooled")) {
            verifyClose(model->pooled(hidden), expected.at("pooled"), name + ", pooled");
        }
        if (model->hasMaskedHead()) {
            verifyClose(model->maskedLogits(textOf(hidden)), textOf(expected.at("logits")),
                        name + ", logits");
        } else if (model->hasClassifier()) {
            verifyClose(model->classLogits(hidden), expected.at("logits"), name + ", logits");
        } else {
            VERIFY2(!expected.contains("logits"), name);
        }
    }
}

TEST(attentionIsThatOfTransformers)
{
    const at::NoGradGuard noGrad;
    for (const Path& folder : fixtures()) {
        const test::TempFolder place;
        const std::string name = folder.filename().string();
        const auto expected = expectedOf(folder);
        const auto model = Encoder::open(modelIn(place, folder));
        BlockTaps taps{.wantsAttention = true};
        model->lease(2)->forward(
            expected.at("hidden.2"),
            BlockCall{.visible = expected.at("mask").to(at::kBool), .taps = &taps});
        verifyClose(taps.probabilities, expected.at("attention"), name + ", attention");
        COMPARE(taps.values.sizes().vec(), (std::vector<std::int64_t>{2, 4, 20, 6}));
    }
}

TEST(parametersAreCountedByConfig)
{
    for (const Path& folder : fixtures()) {
        const test::TempFolder place;
        std::int64_t stored = test::storedCount(Checkpoint::open(modelIn(place, folder)));
        COMPARE(parameterCount(readModelConfig(folder)), stored);
        const auto model = Encoder::open(place.path() / folder.filename());
        for (const Tensor& parameter : model->parameters()) {
            stored -= parameter.numel();
        }
        COMPARE(stored, 0);
    }
}

TEST(aFreshHeadIsDrawnFromItsSeed)
{
    const NewHead two{.labels = {"no", "yes"}, .seed = 5};
    for (const char* name : {"bert-model", "bert-masked", "roberta-masked", "distilbert-model"}) {
        const test::TempFolder place;
        const Path folder = modelIn(place, fixture(name));
        const auto model = Encoder::open(folder, {}, two), again = Encoder::open(folder, {}, two);
        const auto other = Encoder::open(folder, {}, {.labels = {"no", "yes"}, .seed = 6});
        VERIFY2(model->hasClassifier() && !model->hasMaskedHead(), name);
        const auto expected = expectedOf(fixture(name));
        const Tensor hidden = model->hiddenStates(inputOf(expected));
        verifyClose(textOf(hidden), textOf(expected.at("hidden.3")), name);
        const Tensor logits = model->classLogits(hidden);
        COMPARE(logits.sizes().vec(), (std::vector<std::int64_t>{2, 2}));
        VERIFY2(at::equal(logits, again->classLogits(hidden)), name);
        VERIFY2(!at::equal(logits, other->classLogits(hidden)), name);
        const Json config = model->configJson();
        VERIFY(
            config["architectures"][0].get<std::string>().ends_with("ForSequenceClassification"));
        COMPARE(config["id2label"], (Json{{"0", "no"}, {"1", "yes"}}));
    }
    // A head for as many labels is gone on with; one for another number is drawn anew.
    const test::TempFolder place;
    const Path folder = modelIn(place, fixture("bert-classifier"));
    const auto expected = expectedOf(fixture("bert-classifier"));
    const auto three = Encoder::open(folder, {}, {.labels = {"a", "b", "c"}});
    verifyClose(three->classLogits(three->hiddenStates(inputOf(expected))), expected.at("logits"),
                "a head that is there");
    COMPARE(Encoder::open(folder, {}, two)->config().labels, 2);
}

TEST(paddingChangesNothing)
{
    const at::NoGradGuard noGrad;
    for (const Path& folder : fixtures()) {
        const test::TempFolder place;
        const auto model = Encoder::open(modelIn(place, folder));
        const EncoderInput both = inputOf(expectedOf(folder));
        EncoderInput alone{.tokens = both.tokens.narrow(0, 1, 1).narrow(1, 0, 14)};
        if (both.types.defined()) {
            alone.types = both.types.narrow(0, 1, 1).narrow(1, 0, 14);
        }
        const Tensor hidden = model->hiddenStates(both), single = model->hiddenStates(alone);
        verifyClose(hidden[1].narrow(0, 0, 14), single[0], folder.filename().string());
        verifyClose(meanPooled(hidden, both.visible)[1], meanPooled(single, {})[0],
                    folder.filename().string() + ", sentence vector");
    }
}

TEST(dropoutIsSeededAndOnlyInTraining)
{
    const auto model = Encoder::open(fixture("bert-classifier"));
    const EncoderInput input = inputOf(expectedOf(fixture("bert-classifier")));
    const ModelConfig& config = model->config();
    COMPARE(config.hiddenDropout, 0.1);
    const auto run = [&](std::uint64_t seed) {
        Dropout dropout{.generator = at::make_generator<at::CPUGeneratorImpl>(seed),
                        .embedding = config.embeddingDropout,
                        .attention = config.attentionDropout,
                        .hidden = config.hiddenDropout,
                        .classifier = config.classifierDropout};
        return model->classLogits(model->hiddenStates(input, &dropout), &dropout);
    };
    VERIFY(at::equal(run(1), run(1)));
    VERIFY(!at::equal(run(1), run(2)));
    Dropout dropout{.generator = at::make_generator<at::CPUGeneratorImpl>(3)};
    const Tensor x = at::ones({200, 200}), y = dropout(x, 0.25);
    const double kept = y.ne(0).to(at::kFloat).mean().item<double>();
    VERIFY2(kept > 0.73 && kept < 0.77, std::to_string(kept));
    VERIFY(at::allclose(y.max(), at::full({}, 1 / 0.75)));
    VERIFY(dropout(x, 0).is_same(x));
}

TEST(oldNamesOfNormsAreRead)
{
    const test::TempFolder place;
    const Path folder = modelIn(place, fixture("bert-model"));
    std::vector<NamedTensor> tensors;
    const Checkpoint weights = Checkpoint::open(folder);
    for (const TensorInfo& info : weights.tensors()) {
        std::string name = info.name;
        for (const auto& [now, before] : {std::pair{"LayerNorm.weight", "LayerNorm.gamma"},
                                          {"LayerNorm.bias", "LayerNorm.beta"}}) {
            if (const std::size_t at = name.find(now); at != std::string::npos) {
                name.replace(at, std::string::npos, before);
            }
        }
        tensors.emplace_back("bert." + name, weights.read(info.name));
    }
    writeSafetensors(folder / "model.safetensors", tensors);
    const auto expected = expectedOf(fixture("bert-model"));
    const auto model = Encoder::open(folder);
    verifyClose(textOf(model->hiddenStates(inputOf(expected))), textOf(expected.at("hidden.3")),
                "old names");
    COMPARE(model->outerTensors()[3].first, std::string("bert.embeddings.LayerNorm.weight"));
}

TEST(whatIsAskedOfTheWrongModelIsRefused)
{
    VERIFY_FAILS(CausalLM::open(fixture("bert-masked")), ErrorCode::Unsupported,
                 "which predicts no next token");
    VERIFY_FAILS(Encoder::open(Path(ESPALIER_TEST_DATA) / "families" / "llama"),
                 ErrorCode::Unsupported, "which is no encoder of text");
    const auto bare = Encoder::open(fixture("distilbert-model"));
    const Tensor hidden = at::zeros({1, 3, 24});
    VERIFY_FAILS(bare->pooled(hidden), ErrorCode::Unsupported, "DistilBertModel has no pooler");
    VERIFY_FAILS(bare->classLogits(hidden), ErrorCode::Unsupported, "classification head");
    VERIFY_FAILS(bare->maskedLogits(hidden[0]), ErrorCode::Unsupported, "masked-language-model");
    const auto model = Encoder::open(fixture("bert-model"));
    const Tensor tokens = at::zeros({1, 4}, at::kLong);
    VERIFY_FAILS(model->embed({.tokens = tokens, .types = tokens + 2}, nullptr),
                 ErrorCode::InvalidInput, "token type");
    VERIFY_FAILS(model->embed({.tokens = at::zeros({1, 41}, at::kLong)}, nullptr),
                 ErrorCode::InvalidInput, "has learned 40 positions");
}

TEST(gradientsReachEveryParameterThatIsUsed)
{
    for (const char* name : {"bert-classifier", "roberta-classifier", "distilbert-classifier"}) {
        const auto model = Encoder::open(fixture(name));
        const auto expected = expectedOf(fixture(name));
        std::vector<Tensor> parameters = model->parameters();
        for (Tensor& parameter : parameters) {
            parameter.requires_grad_(true);
        }
        model->classLogits(model->hiddenStates(inputOf(expected))).square().sum().backward();
        for (const Tensor& parameter : parameters) {
            VERIFY2(parameter.grad().defined() && parameter.grad().abs().max().item<double>() > 0,
                    name);
        }
    }
}
