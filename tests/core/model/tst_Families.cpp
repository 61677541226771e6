// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/Checkpoint.h"
#include "core/checkpoint/SafetensorsFile.h"
#include "core/model/CausalLM.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>

// Tiny random models of every family against what transformers computes for them:
// tests/parity/make_family_fixtures.py makes tests/data/families.

using namespace espalier;

namespace {

constexpr double kRelative = 2e-5; // of the largest number of the reference

std::vector<Path> fixtures()
{
    std::vector<Path> folders;
    for (const auto& entry : std::filesystem::directory_iterator(ESPALIER_FAMILIES)) {
        folders.push_back(entry.path());
    }
    std::ranges::sort(folders);
    return folders;
}

std::map<std::string, Tensor> expectedOf(const Path& folder)
{
    const SafetensorsFile file(folder / "expected.safetensors");
    std::map<std::string, Tensor> expected;
    for (const TensorInfo& info : file.tensors()) {
        expected[info.name] = file.read(info);
    }
    return expected;
}

/// A copy of the fixture without the reference beside the weights.
Path modelIn(const test::TempFolder& place, const Path& folder)
{
    const Path model = place.path() / folder.filename();
    makeFolder(model);
    for (const char* name : {"config.json", "model.safetensors"}) {
        std::filesystem::copy_file(folder / name, model / name);
    }
    return model;
}

void verifyClose(const Tensor& found, const Tensor& expected, const std::string& what)
{
    VERIFY2(found.sizes() == expected.sizes(), what + " has another shape");
    const double difference = (found - expected).abs().max().item<double>();
    const double largest = expected.abs().max().item<double>();
    if (std::getenv("ESPALIER_PARITY") != nullptr) { // the table of tests/parity/README.md
        std::printf("%-40s %.1e absolute, %.1e relative\n", what.c_str(), difference,
                    difference / largest);
    }
    VERIFY2(difference <= kRelative * largest,
            what + " differs by " + std::to_string(difference) + " of " + std::to_string(largest));
}

} // namespace

TEST(hiddenStatesAndLogitsAreThoseOfTransformers)
{
    const at::NoGradGuard noGrad;
    VERIFY(fixtures().size() == 9);
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
        std::int64_t count = 0;
        for (const TensorInfo& info : weights.tensors()) {
            std::int64_t size = 1;
            for (const std::int64_t length : info.shape) {
                size *= length;
            }
            count += size;
        }
        COMPARE(parameterCount(readModelConfig(folder)), count);
    }
}

TEST(whatDiffersByBlockFollowsTheBlocksThatAreKept)
{
    ModelConfig config = readModelConfig(Path(ESPALIER_FAMILIES) / "smollm3");
    COMPARE(config.unrotated, (std::vector<bool>{false, true, false}));
    keepBlocks(config, {1, 2});
    COMPARE(config.unrotated, (std::vector<bool>{true, false}));
    COMPARE(config.raw["no_rope_layers"], Json::array({0, 1}));
    COMPARE(config.raw["num_hidden_layers"], 2);

    config = readModelConfig(Path(ESPALIER_FAMILIES) / "qwen2-windows");
    COMPARE(config.windowed, (std::vector<bool>{false, true, true}));
    keepBlocks(config, {0, 2});
    COMPARE(config.windowed, (std::vector<bool>{false, true}));
    COMPARE(config.raw["layer_types"], Json::array({"full_attention", "sliding_attention"}));

    // A block keeps its kind when its number changes.
    const at::NoGradGuard noGrad;
    for (const char* name : {"smollm3", "smollm3-windows", "qwen2-windows", "mistral"}) {
        const test::TempFolder place;
        const Path folder = Path(ESPALIER_FAMILIES) / name;
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
