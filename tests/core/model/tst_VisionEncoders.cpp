// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/Checkpoint.h"
#include "core/model/VisionEncoder.h"
#include "tests/core/model/FamilyFixtures.h"

#include <ATen/core/grad_mode.h>

using namespace espalier;
using test::expectedOf, test::modelIn, test::verifyClose;

namespace {

std::vector<Path> fixtures()
{
    return test::fixturesIn("vision");
}

} // namespace

TEST(hiddenStatesAndHeadsAreThoseOfTransformers)
{
    const at::NoGradGuard noGrad;
    VERIFY(fixtures().size() == 4);
    for (const Path& folder : fixtures()) {
        const test::TempFolder place;
        const std::string name = folder.filename().string();
        const auto expected = expectedOf(folder);
        const auto model = VisionEncoder::open(modelIn(place, folder));
        Tensor hidden = model->embed(expected.at("pixels"));
        for (std::int64_t i = 0; i < 3; ++i) {
            verifyClose(hidden, expected.at("hidden." + std::to_string(i)),
                        name + ", hidden state " + std::to_string(i));
            hidden = model->lease(i)->forward(hidden, BlockCall{});
        }
        verifyClose(hidden, expected.at("hidden.3"), name + ", last hidden state");
        if (expected.contains("pooled")) {
            verifyClose(model->pooled(hidden), expected.at("pooled"), name + ", pooled");
        }
        for (const char* head : {"logits", "image_embeds"}) {
            if (expected.contains(head)) {
                verifyClose(model->headOutput(hidden), expected.at(head), name + ", " + head);
            }
        }
        BlockTaps taps{.wantsAttention = true};
        model->lease(2)->forward(expected.at("hidden.2"), BlockCall{.taps = &taps});
        verifyClose(taps.probabilities, expected.at("attention"), name + ", attention");
        verifyClose(model->hiddenStates(expected.at("wide.pixels")), expected.at("wide.hidden"),
                    name + ", positions interpolated");
    }
}

TEST(parametersAreCountedByConfig)
{
    for (const Path& folder : fixtures()) {
        const test::TempFolder place;
        const std::int64_t stored = test::storedCount(Checkpoint::open(modelIn(place, folder)));
        COMPARE(parameterCount(readModelConfig(folder)), stored);
    }
}

TEST(theVisionTowerOfAWholeClipIsTaken)
{
    const Path tower = Path(ESPALIER_TEST_DATA) / "vision" / "clip-projection";
    const test::TempFolder place;
    const Path folder = modelIn(place, tower);
    Json vision = parseJson(readFile(folder / "config.json"), "config.json");
    vision.erase("architectures");
    const Json whole = {{"architectures", {"CLIPModel"}},
                        {"model_type", "clip"},
                        {"projection_dim", 10},
                        {"text_config", Json::object()},
                        {"vision_config", vision}};
    writeFileAtomically(folder / "config.json", whole.dump());
    std::vector<NamedTensor> tensors{{"logit_scale", at::ones({})},
                                     {"text_model.final_layer_norm.weight", at::ones({4})}};
    const Checkpoint weights = Checkpoint::open(folder);
    for (const TensorInfo& info : weights.tensors()) {
        tensors.emplace_back(info.name, weights.read(info.name));
    }
    writeSafetensors(folder / "model.safetensors", tensors);
    const auto expected = expectedOf(tower);
    const auto model = VisionEncoder::open(folder);
    verifyClose(model->headOutput(model->hiddenStates(expected.at("pixels"))),
                expected.at("image_embeds"), "image vectors");
    COMPARE(model->configJson()["architectures"][0], "CLIPVisionModelWithProjection");
}

TEST(imagesOfTheWrongShapeAreRefused)
{
    const auto model = VisionEncoder::open(Path(ESPALIER_TEST_DATA) / "vision" / "vit-model");
    const std::vector<std::vector<std::int64_t>> wrong{
        {1, 1, 12, 12}, {1, 3, 12, 13}, {1, 3, 0, 12}, {3, 12, 12}};
    for (const std::vector<std::int64_t>& shape : wrong) {
        VERIFY_FAILS(model->embed(at::zeros(shape)), ErrorCode::InvalidInput, "multiples of 4");
    }
    VERIFY_FAILS(model->headOutput(at::zeros({1, 10, 24})), ErrorCode::Unsupported, "has no head");
    VERIFY_FAILS(VisionEncoder::open(Path(ESPALIER_TEST_DATA) / "encoders" / "bert-model"),
                 ErrorCode::Unsupported, "no encoder of images");
}
