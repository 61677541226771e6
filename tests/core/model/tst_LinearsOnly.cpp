// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/Checkpoint.h"
#include "core/export/ModelExport.h"
#include "core/model/CausalLM.h"
#include "core/model/LinearsOnly.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

using namespace espalier;

namespace {

/// Two lists of blocks, as an encoder-decoder has, with everything in them that is no linear.
Path makeUnknown(const Path& folder)
{
    at::manual_seed(1);
    const Json config = {{"architectures", {"FutureForCausalLM"}},
                         {"model_type", "future"},
                         {"dtype", "bfloat16"},
                         {"n_things", 3}};
    writeFileAtomically(folder / "config.json", config.dump());
    std::vector<NamedTensor> tensors{
        {"shared.weight", at::randn({10, 6}).to(at::kBFloat16)},
        {"encoder.block.1.layer.0.q.weight", at::randn({6, 6}).to(at::kBFloat16)},
        {"encoder.block.0.layer.0.q.weight", at::randn({6, 6}).to(at::kBFloat16)},
        {"encoder.block.0.layer.0.relative_attention_bias.weight", at::randn({4, 2})},
        {"encoder.block.0.layer.0.layer_norm.weight", at::ones({6})},
        {"encoder.block.0.layer.1.up.weight", at::randn({8, 6}).to(at::kBFloat16)},
        {"encoder.block.0.layer.1.up.bias", at::randn({8})},
        {"encoder.block.0.conv.weight", at::randn({6, 1, 4})},
        {"encoder.block.0.A_log", at::randn({6, 4})},
        {"decoder.block.0.o.weight", at::randn({6, 6})},
        {"decoder.position_ids", at::arange(5)},
        {"lm_head.weight", at::randn({10, 6}).to(at::kBFloat16)},
    };
    writeSafetensors(folder / "model.safetensors", tensors);
    return folder;
}

std::vector<std::string> namesOf(LinearsOnly& model)
{
    std::vector<std::string> names;
    for (const Linear* linear : model.linears()) {
        names.push_back(linear->name());
    }
    return names;
}

} // namespace

TEST(linearsAreListedAndNothingElseIsTakenForOne)
{
    const test::TempFolder place;
    const Path folder = makeUnknown(place.path());
    const ModelConfig config = readModelConfig(folder);
    VERIFY(config.kind == ModelKind::LinearsOnly);
    COMPARE(config.architecture, std::string("FutureForCausalLM"));
    COMPARE(config.layers, 3);
    COMPARE(parameterCount(config), 60 + 36 + 36 + 8 + 6 + 48 + 8 + 24 + 24 + 36 + 5 + 60);
    const auto model = LinearsOnly::open(folder);
    COMPARE(namesOf(*model),
            (std::vector<std::string>{"blocks.0.o", "blocks.1.layer.0.q", "blocks.1.layer.1.up",
                                      "blocks.2.layer.0.q"}));
    VERIFY(model->linears()[1]->weight().scalar_type() == at::kFloat);
}

TEST(itIsWrittenBackAsItWasStored)
{
    const test::TempFolder place, output;
    const Path folder = makeUnknown(place.path());
    const auto model = LinearsOnly::open(folder);
    Linear& linear = *model->linears()[1];
    Tensor mask = at::ones(linear.weight().sizes(), at::kBool);
    mask[0].fill_(false);
    linear.setMask(mask);
    exportModel(
        {.model = model.get(), .sourceFolder = folder, .outputFolder = output.path() / "pruned"},
        [](std::int64_t, std::int64_t) {});
    const Checkpoint before = Checkpoint::open(folder),
                     after = Checkpoint::open(output.path() / "pruned");
    COMPARE(before.tensors().size(), after.tensors().size());
    for (const TensorInfo& info : before.tensors()) {
        const Tensor was = before.read(info.name), is = after.read(info.name);
        VERIFY2(was.scalar_type() == is.scalar_type(), info.name);
        if (info.name == "encoder.block.0.layer.0.q.weight") {
            COMPARE(is[0].count_nonzero().item<std::int64_t>(), 0);
            VERIFY(at::equal(was.narrow(0, 1, 5), is.narrow(0, 1, 5)));
        } else {
            VERIFY2(at::equal(was, is), info.name);
        }
    }
    const Json written = parseJson(readFile(output.path() / "pruned" / "config.json"), "config");
    COMPARE(written, parseJson(readFile(folder / "config.json"), "config"));
    const Json certificate =
        parseJson(readFile(output.path() / "pruned" / "certificate.json"), "certificate");
    COMPARE(certificate["logits"]["compared"], "nothing: the architecture is not known");
}

TEST(nothingIsComputedWithIt)
{
    const test::TempFolder place;
    const Path folder = makeUnknown(place.path());
    VERIFY_FAILS(CausalLM::open(folder), ErrorCode::Unsupported,
                 "the architecture is FutureForCausalLM; known are");
    const auto model = LinearsOnly::open(folder, {.residency = Residency::Streamed});
    VERIFY_FAILS(model->lease(0)->forward(at::zeros({1, 1, 6}), nullptr, 0), ErrorCode::Unsupported,
                 "not known");
    VERIFY_FAILS(LinearsOnly::open(folder, {.keepBlocks = {0}}), ErrorCode::Unsupported,
                 "no blocks of it can be left out");
}

TEST(weightsWithoutLinearsAreRefusedWithWhatIsKnown)
{
    const test::TempFolder place;
    writeFileAtomically(place.path() / "config.json",
                        R"({"architectures": ["FutureForCausalLM"], "model_type": "future"})");
    writeSafetensors(place.path() / "model.safetensors", {{"a.0.norm.weight", at::ones({3, 3})}});
    VERIFY_FAILS(readModelConfig(place.path()), ErrorCode::Unsupported, "known are Bert");
}
