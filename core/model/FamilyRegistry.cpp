// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/model/CausalLM.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace espalier {

namespace {

/// A function's static, since families register before main and in any order.
std::vector<Family>& families()
{
    static std::vector<Family> all;
    return all;
}

std::string textOf(const Json& value)
{
    return value.is_string() ? value.get<std::string>() : compactText(value);
}

/// "LlamaForCausalLM" of "LlamaModel", the same without a matrix behind the logits; opening it
/// works when its embeddings serve as one.
std::string wholeModelOf(const std::string& architecture)
{
    constexpr std::string_view kBase = "Model";
    return architecture.ends_with(kBase)
               ? architecture.substr(0, architecture.size() - kBase.size()) + "ForCausalLM"
               : std::string();
}

[[noreturn]] void refuse(const Path& source, const std::string& found)
{
    std::set<std::string> names; // in the order of the alphabet, not of the linker
    for (const Family& family : families()) {
        names.insert(family.architecture);
    }
    std::string known;
    for (const std::string& name : names) {
        known += (known.empty() ? "" : ", ") + name;
    }
    throw Error(ErrorCode::Unsupported, source.string() + ": " + found + "; known are " + known +
                                            ". Choose a model of one of these.");
}

} // namespace

FamilyRegistration::FamilyRegistration(Family family)
{
    families().push_back(std::move(family));
}

const Family* findFamily(const Json& config, const Path& source)
{
    if (!config.is_object()) {
        throw Error(ErrorCode::Corrupt, source.string() + " holds no JSON object.");
    }
    const auto found = [](const std::string& name, std::string Family::*key) -> const Family* {
        const auto family = std::ranges::find(families(), name, key);
        return family != families().end() ? &*family : nullptr;
    };
    if (config.contains("architectures") && config["architectures"].is_array() &&
        !config["architectures"].empty()) {
        const std::string architecture = textOf(config["architectures"][0]);
        const Family* family = found(architecture, &Family::architecture);
        return family != nullptr ? family
                                 : found(wholeModelOf(architecture), &Family::architecture);
    }
    if (!config.contains("model_type")) {
        refuse(source, "neither architectures nor model_type is there");
    }
    return found(textOf(config["model_type"]), &Family::modelType);
}

const Family& familyOf(const ModelConfig& config)
{
    for (const Family& family : families()) {
        if (config.architecture.empty() ? family.modelType == config.family
                                        : family.architecture == config.architecture) {
            return family;
        }
    }
    throw Error(ErrorCode::Internal,
                "There is no family " + config.family + " (" + config.architecture + ").");
}

const Family& familyFor(const Json& config, const Path& source)
{
    const Family* family = findFamily(config, source);
    if (family == nullptr) {
        const Json names = config.value("architectures", Json());
        refuse(source, names.is_array() && !names.empty()
                           ? "the architecture is " + textOf(names[0])
                           : "the model_type is " + textOf(config["model_type"]));
    }
    return *family;
}

} // namespace espalier
