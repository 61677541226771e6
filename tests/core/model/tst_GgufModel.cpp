// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/checkpoint/Checkpoint.h"
#include "core/checkpoint/GgufConfig.h"
#include "core/checkpoint/GgufRotary.h"
#include "core/model/CausalLM.h"
#include "tests/core/checkpoint/GgufBytes.h"
#include "tests/support/Fixtures.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cstdlib>

// Tiny models that llama.cpp converted (tests/parity/make_gguf_models.py) against the folders they
// were converted from.

using namespace espalier;
using test::GgufBytes;

namespace {

enum : std::uint32_t { UInt32 = 4, Float32 = 6, String = 8, List = 9 };

Path fixture(const std::string& name)
{
    return test::dataFolder() / "gguf" / "models" / (name + ".gguf");
}

/// The folder that was converted, with the rules llama.cpp goes by.
Path sourceOf(const std::string& name, const test::TempFolder& place)
{
    const Path from = test::dataFolder() / "families" / (name == "llama3" ? "llama" : name);
    const Path folder = place.path() / name;
    makeFolder(folder);
    std::filesystem::copy_file(from / "model.safetensors", folder / "model.safetensors");
    Json config = parseJson(readFile(from / "config.json"), "config.json");
    if (name == "llama3") {
        config["rope_parameters"] = {
            {"rope_type", "llama3"},   {"rope_theta", 500000.0},
            {"factor", 8.0},           {"low_freq_factor", 1.0},
            {"high_freq_factor", 4.0}, {"original_max_position_embeddings", 8192}};
    }
    if (name == "smollm3") { // fixed in llama.cpp
        config["no_rope_layer_interval"] = 4;
        config.erase("no_rope_layers");
        config.erase("layer_types");
    }
    writeFileAtomically(folder / "config.json", config.dump());
    return folder;
}

Tensor logitsOf(CausalLM& model)
{
    const at::NoGradGuard noGrad;
    return model.logits((at::arange(24, at::kLong) * 7 + 1).remainder(48).unsqueeze(0));
}

/// A llama of one block without tensors, as far as `keys` go.
GgufBytes metadata(const std::string& architecture, std::uint64_t more = 0,
                   std::uint64_t tensors = 0)
{
    GgufBytes file;
    file.start(tensors, 7 + more).key("general.architecture", String).text(architecture);
    for (const char* key : {"block_count", "context_length", "embedding_length",
                            "feed_forward_length", "attention.head_count"}) {
        file.key("llama." + std::string(key), UInt32).number<std::uint32_t>(4);
    }
    return file.key("llama.attention.layer_norm_rms_epsilon", Float32).number(1e-5F);
}

void verifyRefused(const GgufBytes& bytes, ErrorCode code, const std::string& words)
{
    const GgufFile file(bytes.bytes(), "m.gguf");
    VERIFY_FAILS(configOf(file), code, words);
    VERIFY_FAILS(configOf(file), code, "m.gguf");
}

} // namespace

TEST(aConvertedModelIsTheOneItWasConvertedFrom)
{
    for (const std::string name : {"llama3", "qwen2", "qwen3", "smollm3", "gpt2"}) {
        const test::TempFolder place;
        const Path folder = sourceOf(name, place);
        const Checkpoint expected = Checkpoint::open(folder),
                         found = Checkpoint::open(fixture(name));
        COMPARE(found.tensors().size(), expected.tensors().size());
        for (const TensorInfo& info : expected.tensors()) {
            VERIFY2(found.find(info.name) != nullptr, name + ": no " + info.name);
            VERIFY2(at::equal(found.read(info.name), expected.read(info.name)),
                    name + ": " + info.name);
        }
        const auto model = CausalLM::open(fixture(name)), source = CausalLM::open(folder);
        COMPARE(model->config().ropeTheta, source->config().ropeTheta);
        COMPARE(model->config().ropeScaling.kind, source->config().ropeScaling.kind);
        COMPARE(model->config().normEpsilon,
                static_cast<double>(static_cast<float>(source->config().normEpsilon)));
        const Tensor difference = (logitsOf(*model) - logitsOf(*source)).abs().max();
        VERIFY2(difference.item<double>() < 1e-5, name + ": logits differ");
        const auto streamed = CausalLM::open(fixture(name), {.residency = Residency::Streamed});
        VERIFY(at::equal(logitsOf(*streamed), logitsOf(*model)));
    }
}

TEST(aFolderThatHoldsOnlyAGgufIsTheModel)
{
    const test::TempFolder place;
    std::filesystem::copy_file(fixture("qwen2"), place.path() / "a.gguf");
    writeFileAtomically(place.path() / "README.md", "words");
    COMPARE(readModelConfig(place.path()).family, std::string("qwen2"));
    COMPARE(CausalLM::open(place.path())->blocks(), 3);
    std::filesystem::copy_file(fixture("qwen2"), place.path() / "b.gguf");
    VERIFY_FAILS(CausalLM::open(place.path()), ErrorCode::InvalidInput, "holds 2 GGUF files");
    // Beside a Hugging Face model GGUF files are somebody's conversions of it.
    writeFileAtomically(place.path() / "config.json", "{}");
    VERIFY_FAILS(CausalLM::open(place.path()), ErrorCode::Unsupported, "config.json");
    VERIFY_FAILS(CausalLM::open(place.path() / "none.gguf"), ErrorCode::NotFound,
                 "There is no file");
}

TEST(metadataThatDescribesNoModelIsRefused)
{
    verifyRefused(GgufBytes().start(0, 0), ErrorCode::Corrupt, "has no general.architecture");
    verifyRefused(metadata("mamba", 0), ErrorCode::Unsupported,
                  "the architecture is mamba; known are llama, qwen2, qwen3, smollm3");
    verifyRefused(metadata("qwen2"), ErrorCode::Corrupt, "has no qwen2.block_count");
    verifyRefused(metadata("llama"), ErrorCode::Corrupt, "no tensor token_embd.weight");
    verifyRefused(metadata("llama", 1).key("split.count", UInt32).number<std::uint32_t>(3),
                  ErrorCode::Unsupported, "one of 3 files of a split model");
    verifyRefused(metadata("llama", 1).key("llama.expert_count", UInt32).number<std::uint32_t>(8),
                  ErrorCode::Unsupported, "llama.expert_count is 8");
    const auto withEmbedding = [](GgufBytes& file) -> GgufBytes& {
        return file.tensor("token_embd.weight", {4, 9}, 0, 0).data(160);
    };
    GgufBytes yarn = metadata("llama", 1, 1).key("llama.rope.scaling.type", String).text("yarn");
    verifyRefused(withEmbedding(yarn), ErrorCode::Unsupported, "scaling.type is \"yarn\"");
    GgufBytes part =
        metadata("llama", 1, 1).key("llama.rope.dimension_count", UInt32).number<std::uint32_t>(2);
    verifyRefused(withEmbedding(part), ErrorCode::Unsupported,
                  "dimension_count is 2, heads have 1");
}

TEST(numbersThatDifferByBlockAreRefusedAndEqualOnesRead)
{
    for (const std::uint32_t second : {2U, 4U}) {
        GgufBytes file = metadata("llama", 1, 1);
        file.key("llama.attention.head_count_kv", List).number(UInt32).number<std::uint64_t>(2);
        file.number<std::uint32_t>(2).number(second);
        file.tensor("token_embd.weight", {4, 9}, 0, 0).data(160);
        if (second == 4) {
            verifyRefused(file, ErrorCode::Unsupported, "is [2,4], not one number for all blocks");
        } else {
            const Json config = configOf(GgufFile(file.bytes(), "m.gguf"));
            COMPARE(config["num_key_value_heads"], Json(2));
            COMPARE(config["vocab_size"], Json(9));
            COMPARE(config["tie_word_embeddings"], Json(true));
        }
    }
}

TEST(anUnreadableTypeIsRefusedBeforeAnythingIsLoaded)
{
    const test::TempFolder place;
    GgufBytes file = metadata("llama", 0, 2);
    file.tensor("token_embd.weight", {4, 9}, 0, 0).tensor("blk.0.attn_q.weight", {256, 1}, 23, 160);
    writeFileAtomically(place.path() / "m.gguf", file.data(160).data(136).bytes());
    VERIFY_FAILS(Checkpoint::open(place.path()), ErrorCode::Unsupported,
                 "blk.0.attn_q.weight is packed as IQ4_XS");
}

TEST(frequenciesOfLlama3AreFoundAgain)
{
    const std::vector<float> factors = rotaryFactors({.factor = 8}, 500000.0, 128);
    COMPARE(factors.size(), std::size_t(64));
    COMPARE(factors.front(), 1.0F);
    COMPARE(factors.back(), 8.0F);
    COMPARE(readModelConfig(fixture("llama3")).ropeScaling.originalMaxPositions, 8192);
}

TEST(smolLm2OfAGgufIsTheOneOfItsFolder)
{
    const char* gguf = std::getenv("ESPALIER_SMOLLM2_GGUF");
    const char* folder = std::getenv("ESPALIER_SMOLLM2");
    if (gguf == nullptr || folder == nullptr) {
        SKIP("ESPALIER_SMOLLM2_GGUF and ESPALIER_SMOLLM2 name no file and folder of one model");
    }
    const Checkpoint found = Checkpoint::open(gguf), expected = Checkpoint::open(folder);
    for (const TensorInfo& info : found.tensors()) {
        VERIFY2(at::equal(found.read(info.name), expected.read(info.name)), info.name);
    }
    const auto model = CausalLM::open(gguf), source = CausalLM::open(folder);
    VERIFY(at::equal(logitsOf(*model), logitsOf(*source)));
}
