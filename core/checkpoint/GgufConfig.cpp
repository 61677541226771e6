// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checkpoint/GgufConfig.h"

#include "core/base/Error.h"
#include "core/checkpoint/GgufRotary.h"

#include <algorithm>
#include <array>

namespace espalier {

namespace {

/// Keys behind the architecture's name that change what is computed, in ways no family here knows.
constexpr std::array<std::string_view, 9> kUnknownHere{
    "expert_count",           "attention.clamp_kqv",     "logit_scale",
    "residual_scale",         "embedding_scale",         "attention.scale",
    "attn_logit_softcapping", "final_logit_softcapping", "attention.temperature_scale"};

class ConfigMaker {
public:
    explicit ConfigMaker(const GgufFile& file)
        : m_file(file)
        , m_family(architectureOf(file))
    {
    }

    Json make()
    {
        refuseUnknown();
        Json config{{"architectures", Json::array({m_family.architecture})},
                    {"model_type", m_family.modelType}};
        for (const GgufKeyPair& key : m_family.keys) {
            if (const Json* value = find(key.gguf)) {
                config[std::string(key.config)] = numberOf(key.gguf, *value);
            } else if (key.isRequired) {
                throw Error(ErrorCode::Corrupt, m_file.where() + " has no " + fullName(key.gguf) +
                                                    ", which a model of the architecture " +
                                                    std::string(m_family.name) +
                                                    " needs. Download the file again.");
            }
        }
        config["vocab_size"] = vocabularySize();
        config["tie_word_embeddings"] = m_file.tensor("output.weight") == nullptr;
        config["dtype"] = storedType();
        addBiases(config);
        addTokens(config);
        if (m_family.isRotary) {
            config["rope_parameters"] = rotaryOf(m_file, m_family, headSize(config));
        }
        return config;
    }

private:
    std::string fullName(std::string_view key) const
    {
        return std::string(m_family.name) + "." + std::string(key);
    }

    const Json* find(std::string_view key) const { return m_file.find(fullName(key)); }

    void refuseUnknown() const
    {
        const Json* parts = m_file.find("split.count");
        if (parts != nullptr && parts->is_number() && *parts > 1) {
            throw Error(ErrorCode::Unsupported,
                        m_file.where() + " is one of " + compactText(*parts) +
                            " files of a split model. Join them first: llama-gguf-split --merge "
                            "FIRST_FILE WHOLE_FILE.");
        }
        for (const std::string_view key : kUnknownHere) {
            const Json* value = find(key);
            if (value != nullptr && (!value->is_number() || *value != 0)) {
                throw Error(ErrorCode::Unsupported, m_file.where() + ": " + fullName(key) + " is " +
                                                        compactText(*value) +
                                                        "; models that need it cannot be opened.");
            }
        }
    }

    Json numberOf(std::string_view key, const Json& value) const
    {
        if (value.is_number()) {
            return value;
        }
        // Models whose blocks differ have a list where others have a number.
        if (value.is_array() && !value.empty() && value[0].is_number() &&
            std::ranges::all_of(value, [&](const Json& each) { return each == value[0]; })) {
            return value[0];
        }
        throw Error(value.is_array() ? ErrorCode::Unsupported : ErrorCode::Corrupt,
                    m_file.where() + ": " + fullName(key) + " is " +
                        compactText(value).substr(0, 60) + ", not one number for all blocks.");
    }

    std::int64_t vocabularySize() const
    {
        const GgufTensor* embedding = m_file.tensor("token_embd.weight");
        if (embedding == nullptr || embedding->shape.size() != 2) {
            throw Error(ErrorCode::Corrupt, m_file.where() +
                                                " has no tensor token_embd.weight of two "
                                                "dimensions, so it is no language model.");
        }
        return embedding->shape[0];
    }

    /// That of all matrices, else fp32: packed numbers have no type of their own.
    std::string storedType() const
    {
        bool areHalves = true, areBrains = true;
        for (const GgufTensor& tensor : m_file.tensors()) {
            const bool isMatrix = tensor.shape.size() > 1;
            areHalves = areHalves && (!isMatrix || tensor.packing.type == BlockType::F16);
            areBrains = areBrains && (!isMatrix || tensor.packing.type == BlockType::BF16);
        }
        return areHalves ? "float16" : areBrains ? "bfloat16" : "float32";
    }

    /// The metadata does not tell: the tensors do.
    void addBiases(Json& config) const
    {
        if (m_family.isRotary) {
            config["attention_bias"] = m_file.tensor("blk.0.attn_q.bias") != nullptr;
            config["mlp_bias"] = m_file.tensor("blk.0.ffn_gate.bias") != nullptr;
        }
    }

    void addTokens(Json& config) const
    {
        const auto idOf = [&](const char* name) -> std::optional<Json> {
            const Json* id = m_file.find(std::string("tokenizer.ggml.") + name + "_token_id");
            // An id of all ones says that there is none.
            const bool isThere =
                id != nullptr && id->is_number_integer() && *id >= 0 && *id < config["vocab_size"];
            return isThere ? std::optional(*id) : std::nullopt;
        };
        if (const auto begin = idOf("bos")) {
            config["bos_token_id"] = *begin;
        }
        if (const auto padding = idOf("padding")) {
            config["pad_token_id"] = *padding;
        }
        const auto end = idOf("eos"), turn = idOf("eot");
        if (end && turn && *turn != *end) {
            config["eos_token_id"] = Json::array({*end, *turn});
        } else if (end) {
            config["eos_token_id"] = *end;
        }
    }

    std::int64_t headSize(const Json& config) const
    {
        if (config.contains("head_dim")) {
            return config["head_dim"].get<std::int64_t>();
        }
        const auto heads = config["num_attention_heads"].get<std::int64_t>();
        return heads > 0 ? config["hidden_size"].get<std::int64_t>() / heads : 0;
    }

    const GgufFile& m_file;
    const GgufArchitecture& m_family;
};

} // namespace

const GgufArchitecture& architectureOf(const GgufFile& file)
{
    const Json* name = file.find("general.architecture");
    if (name == nullptr || !name->is_string()) {
        throw Error(ErrorCode::Corrupt, file.where() +
                                            " has no general.architecture, so nothing says "
                                            "what model it is. Download the file again.");
    }
    const std::string& text = name->get_ref<const std::string&>();
    if (const GgufArchitecture* family = ggufArchitecture(text)) {
        return *family;
    }
    throw Error(ErrorCode::Unsupported, file.where() + ": the architecture is " + text +
                                            "; known are " + ggufArchitectureNames() +
                                            ". Choose a model of one of these.");
}

Json configOf(const GgufFile& file)
{
    return ConfigMaker(file).make();
}

} // namespace espalier
