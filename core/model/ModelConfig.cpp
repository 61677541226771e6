// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/ModelConfig.h"

#include "core/base/Error.h"
#include "core/checkpoint/GgufConfig.h"
#include "core/checkpoint/GgufPath.h"
#include "core/model/CausalLM.h"
#include "core/model/LinearsOnly.h"

namespace espalier {

namespace {

ModelConfig typedBy(const Family& family, const Json& config, const Path& file)
{
    ModelConfig typed = family.readConfig(config, file);
    typed.kind = family.kind();
    typed.architecture = typed.architecture.empty() ? family.architecture : typed.architecture;
    return typed;
}

} // namespace

ModelConfig readModelConfig(const Path& folder)
{
    if (const auto gguf = ggufFileOf(folder)) {
        const Json config = configOf(GgufFile(*gguf));
        return typedBy(familyFor(config, *gguf), config, *gguf);
    }
    const Path file = folder / "config.json";
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        throw Error(ErrorCode::NotFound, "There is no config.json in " + folder.string() +
                                             ": this is not a model folder. Name the folder "
                                             "that holds config.json and the weights.");
    }
    const Json config = parseJson(readFile(file), file.string());
    const Family* family = findFamily(config, file);
    if (family == nullptr) {
        return inspectUnknown(folder, config);
    }
    return typedBy(*family, config, file);
}

std::string_view describe(ModelKind kind)
{
    switch (kind) {
    case ModelKind::CausalLM:
        return "a causal language model";
    case ModelKind::Encoder:
        return "an encoder of text";
    case ModelKind::VisionEncoder:
        return "an encoder of images";
    case ModelKind::LinearsOnly:
        break;
    }
    return "a model of an architecture that is not known";
}

void keepBlocks(ModelConfig& config, const std::vector<std::int64_t>& blocks)
{
    const auto kept = [&](const std::vector<bool>& all) {
        std::vector<bool> some;
        for (const std::int64_t block : blocks) {
            if (static_cast<std::size_t>(block) < all.size()) {
                some.push_back(all[static_cast<std::size_t>(block)]);
            }
        }
        return some;
    };
    config.windowed = kept(config.windowed);
    config.unrotated = kept(config.unrotated);
    config.layers = static_cast<std::int64_t>(blocks.size());
    config.raw[config.layersKey] = config.layers;
    // Rules that count blocks ("every fourth", "from the 28th on") would count anew: lists replace
    // them.
    const Json known = config.raw.value("layer_types", Json());
    if (known.is_array() || config.raw.contains("max_window_layers")) {
        Json types = Json::array();
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            const auto block = static_cast<std::size_t>(blocks[i]);
            const bool windowed = i < config.windowed.size() && config.windowed[i];
            types.push_back(known.is_array() && block < known.size() ? known[block]
                            : windowed                               ? Json("sliding_attention")
                                                                     : Json("full_attention"));
        }
        config.raw["layer_types"] = std::move(types);
    }
    if (!config.unrotated.empty()) {
        Json rotated = Json::array();
        for (const bool unrotated : config.unrotated) {
            rotated.push_back(unrotated ? 0 : 1);
        }
        config.raw["no_rope_layers"] = std::move(rotated);
    }
}

std::int64_t parameterCount(const ModelConfig& config)
{
    if (config.kind == ModelKind::LinearsOnly) {
        return config.countedParameters;
    }
    return familyOf(config).countParameters(config);
}

} // namespace espalier
