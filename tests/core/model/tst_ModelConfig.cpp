// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/model/ModelConfig.h"
#include "core/model/Rope.h"
#include "tests/support/Fixtures.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

using namespace espalier;

namespace {

Json base()
{
    return parseJson(
        R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 64,
        "num_hidden_layers": 2, "num_attention_heads": 8, "intermediate_size": 172, "vocab_size": 512})",
        "base");
}

ModelConfig read(const Json& config)
{
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / "config.json", config.dump());
    return readModelConfig(folder.path());
}

ModelConfig readWith(const std::string& changes)
{
    Json config = base();
    config.update(parseJson(changes, "changes"));
    return read(config);
}

} // namespace

TEST(absentKeysTakeTheReferencesDefaults)
{
    const ModelConfig config = read(base());
    COMPARE(config.family, "llama");
    COMPARE(config.keyValueHeads, 8);
    COMPARE(config.headDim, 8);
    COMPARE(config.ropeTheta, 10000.0);
    COMPARE(config.ropeScaling.kind, "default");
    COMPARE(config.normEpsilon, 1e-6);
    VERIFY(!config.tiedEmbeddings && !config.outputBias && !config.attentionBias &&
           !config.mlpBias);
    COMPARE(config.bosToken, -1);
    VERIFY(config.eosTokens.empty() && config.storedType == NumberType::Float32);
}

TEST(transformers4And5NameTheSameThingsDifferently)
{
    const ModelConfig four =
        readWith(R"({"rope_theta": 5e5, "torch_dtype": "bfloat16", "eos_token_id": 2,
        "rope_scaling": {"rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192}})");
    const ModelConfig five = readWith(R"({"dtype": "bfloat16", "eos_token_id": [2, 5],
        "rope_parameters": {"rope_theta": 5e5, "rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0,
        "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}})");
    for (const ModelConfig& config : {four, five}) {
        COMPARE(config.ropeTheta, 5e5);
        COMPARE(config.ropeScaling.kind, "llama3");
        COMPARE(config.ropeScaling.factor, 32.0);
        COMPARE(config.ropeScaling.originalMaxPositions, 8192);
        VERIFY(config.storedType == NumberType::BFloat16);
    }
    COMPARE(four.eosTokens.size(), 1U);
    COMPARE(five.eosTokens.size(), 2U);
    COMPARE(readWith(R"({"rope_scaling": {"type": "linear", "factor": 4.0}})").ropeScaling.kind,
            "linear");
    COMPARE(readWith(R"({"rope_scaling": null, "head_dim": 16})").headDim, 16);
}

TEST(originalLengthOfLlama3MayStandBesideTheScaling)
{
    const std::string scaling =
        R"({"rope_parameters": {"rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0,
        "high_freq_factor": 4.0})";
    const ModelConfig config = readWith(scaling + R"(, "original_max_position_embeddings": 4096})");
    COMPARE(config.ropeScaling.originalMaxPositions, 4096);
    VERIFY_FAILS(readWith(scaling + "}"), ErrorCode::InvalidInput,
                 "original_max_position_embeddings is missing");
}

TEST(twoDifferentScalingsAreRefused)
{
    VERIFY_FAILS(readWith(R"({"rope_parameters": {"rope_type": "default", "rope_theta": 5e5},
        "rope_scaling": {"rope_type": "linear", "factor": 4.0}})"),
                 ErrorCode::InvalidInput, "has rope_parameters and rope_scaling, and they differ");
    COMPARE(readWith(R"({"rope_parameters": {"type": "linear", "factor": 4.0},
        "rope_scaling": {"type": "linear", "factor": 4.0}})")
                .ropeScaling.factor,
            4.0);
}

TEST(missingKeysOfAFamilyStandForItsDefaults)
{
    const auto family = [](const std::string& architecture, const std::string& more) {
        return readWith(R"({"architectures": [")" + architecture + R"("], "num_attention_heads": 32,
            "hidden_size": 128, "num_key_value_heads": null, "num_hidden_layers": 4)" +
                        more + "}");
    };
    COMPARE(family("MistralForCausalLM", "").slidingWindow, 4096);
    COMPARE(family("MistralForCausalLM", "").keyValueHeads, 32); // null: as many as heads
    COMPARE(family("MistralForCausalLM", R"(, "sliding_window": null)").windowed,
            std::vector<bool>(4, false));
    const std::string on = R"(, "use_sliding_window": true, "max_window_layers": 3)";
    COMPARE(family("Qwen2ForCausalLM", on).slidingWindow, 4096);
    COMPARE(family("Qwen2ForCausalLM", on).windowed,
            (std::vector<bool>{false, false, false, true}));
    COMPARE(family("Qwen2ForCausalLM", on + R"(, "sliding_window": null)").slidingWindow, 0);
    COMPARE(family("Qwen3ForCausalLM", "").headDim, 128);
    COMPARE(family("SmolLM3ForCausalLM", on).slidingWindow, 0); // has no default
    COMPARE(family("SmolLM3ForCausalLM", "").unrotated,
            (std::vector<bool>{false, false, false, true}));
    VERIFY_FAILS(family("Qwen3ForCausalLM", R"(, "layer_types": ["full_attention", "chunked",
                        "full_attention", "full_attention"])"),
                 ErrorCode::InvalidInput,
                 "a list of 4, for each block \"full_attention\" or \"sliding_attention\"");
}

TEST(badValuesAreRefusedWithKeyAndValue)
{
    const auto fails = [](const std::string& changes, const char* words) {
        VERIFY_FAILS(readWith(changes), ErrorCode::InvalidInput, words);
    };
    fails(R"({"hidden_size": -3})", "hidden_size is -3");
    fails(R"({"hidden_size": "64"})", "hidden_size is \"64\"");
    fails(R"({"hidden_size": null})", "hidden_size is missing");
    fails(R"({"hidden_size": 60})",
          "hidden_size is 60; expected a multiple of num_attention_heads, 8");
    fails(R"({"num_key_value_heads": 3})", "num_key_value_heads is 3; expected a divisor");
    fails(R"({"num_hidden_layers": 1.5})", "num_hidden_layers is 1.5");
    fails(R"({"head_dim": 7})", "head_dim is 7; expected an even number");
    fails(R"({"tie_word_embeddings": 1})", "tie_word_embeddings is 1; expected true or false");
    fails(R"({"hidden_act": "gelu"})", "hidden_act is \"gelu\"; expected silu");
    VERIFY(readWith(R"({"hidden_act": "swish"})").layers > 0); // another name of silu
    fails(R"({"torch_dtype": "int8"})", "torch_dtype is \"int8\"");
    fails(R"({"eos_token_id": "x"})", "eos_token_id is \"x\"");
    fails(R"({"rope_theta": 0})", "rope_theta is 0");
    fails(R"({"rope_scaling": {"type": "linear", "factor": 0.5}})", "factor is 0.5");
    fails(R"({"rope_scaling": {"type": "linear"}})", "factor is missing");
}

TEST(whatIsNotKnownIsRefusedWithWhatIs)
{
    VERIFY_FAILS(readWith(R"({"architectures": ["MambaForCausalLM"]})"), ErrorCode::Unsupported,
                 "the architecture is MambaForCausalLM; known are BertForMaskedLM");
    VERIFY_FAILS(readWith(R"({"architectures": null, "model_type": "mamba"})"),
                 ErrorCode::Unsupported, "the model_type is mamba");
    VERIFY_FAILS(readWith(R"({"rope_scaling": {"rope_type": "yarn", "factor": 2.0}})"),
                 ErrorCode::Unsupported,
                 "rope_type is \"yarn\"; known are default, linear and llama3");
    VERIFY_FAILS(readWith(R"({"quantization_config": {}})"), ErrorCode::Unsupported, "quantised");
    const test::TempFolder folder;
    VERIFY_FAILS(readModelConfig(folder.path()), ErrorCode::NotFound, "no config.json");
    writeFileAtomically(folder.path() / "config.json", "[1]");
    VERIFY_FAILS(readModelConfig(folder.path()), ErrorCode::Corrupt, "no JSON object");
}

TEST(parametersAreCountedByConfigAlone)
{
    COMPARE(parameterCount(readModelConfig(test::demoFolder() / "stories260k")), 260032);
    // SmolLM2-135M.
    const ModelConfig smol =
        readWith(R"({"hidden_size": 576, "num_hidden_layers": 30, "num_attention_heads": 9,
        "num_key_value_heads": 3, "intermediate_size": 1536, "vocab_size": 49152, "tie_word_embeddings": true})");
    COMPARE(parameterCount(smol), 134515008);
}

TEST(llama3StretchesLongWavesOnly)
{
    ModelConfig config = readWith(R"({"head_dim": 64, "rope_theta": 500000.0})");
    const Tensor plain = rotaryFrequencies(config);
    config.ropeScaling = {"llama3", 32.0, 1.0, 4.0, 8192};
    const Tensor scaled = rotaryFrequencies(config);
    // By transformers 5.24, _compute_llama3_parameters, for these parameters.
    const std::pair<int, double> expected[] = {{0, 1.0},
                                               {8, 0.037606030702590942},
                                               {14, 0.0032114461064338684},
                                               {16, 0.000429556705057621},
                                               {17, 9.7082862339448184e-05},
                                               {20, 8.570255886297673e-06},
                                               {31, 9.4183064902608749e-08}};
    for (const auto& [i, value] : expected) {
        COMPARE_CLOSE(scaled[i].item<double>(), value, 1e-6 * value);
    }
    COMPARE(plain[8].item<float>(), scaled[8].item<float>()); // a short wave keeps its frequency
    COMPARE_CLOSE(plain[31].item<double>() / scaled[31].item<double>(), 32.0, 1e-5);
    config.ropeScaling = {"linear", 4.0};
    VERIFY(at::equal(rotaryFrequencies(config), plain / 4.0));
}
