// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/families/CommonConfig.h"

#include "core/base/Error.h"

#include <map>

namespace espalier {

void refuseQuantised(const ConfigReader& reader, const Path& source)
{
    if (reader.has("quantization_config")) {
        throw Error(ErrorCode::Unsupported,
                    source.string() + " has a quantization_config: quantised checkpoints cannot be "
                                      "opened. Use the unquantised model.");
    }
}

Activation readActivation(const ConfigReader& reader, const std::string& key,
                          const std::string& fallback)
{
    static const std::map<std::string, Activation> known{
        {"silu", Activation::Silu},
        {"swish", Activation::Silu},
        {"gelu", Activation::Gelu},
        {"gelu_new", Activation::GeluTanh},
        {"gelu_fast", Activation::GeluTanh},
        {"gelu_pytorch_tanh", Activation::GeluTanh},
        {"quick_gelu", Activation::QuickGelu},
        {"relu", Activation::Relu},
        {"tanh", Activation::Tanh},
    };
    const auto found = known.find(reader.text(key, fallback));
    if (found == known.end()) {
        std::string names;
        for (const auto& [name, activation] : known) {
            names += (names.empty() ? "" : ", ") + name;
        }
        reader.refuse(key, "one of " + names);
    }
    return found->second;
}

void readTokensAndType(const ConfigReader& reader, const Json& json, ModelConfig& config)
{
    const auto first = [&](const std::string& key) {
        const std::vector<std::int64_t> ids = reader.tokens(key);
        return ids.empty() ? -1 : ids.front();
    };
    config.bosToken = first("bos_token_id");
    config.padToken = first("pad_token_id");
    config.eosTokens = reader.tokens("eos_token_id");
    config.storedType = reader.storedType();
    config.raw = json;
}

void splitEvenly(const ConfigReader& reader, ModelConfig& config, const std::string& hiddenKey,
                 const std::string& headsKey)
{
    if (config.hiddenSize % config.heads != 0) {
        reader.refuse(hiddenKey, "a multiple of " + headsKey + ", " + std::to_string(config.heads));
    }
    config.keyValueHeads = config.heads;
    config.headDim = config.hiddenSize / config.heads;
}

} // namespace espalier
