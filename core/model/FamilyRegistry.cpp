// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/model/CausalLM.h"

namespace espalier {

namespace {

/// A function's static, since families register before main and in any order.
std::vector<Family>& families()
{
    static std::vector<Family> all;
    return all;
}

[[noreturn]] void refuse(const Path& source, const std::string& found)
{
    std::string known;
    for (const Family& family : families()) {
        known += known.empty() ? "" : ", ";
        known += family.architecture;
    }
    throw Error(ErrorCode::Unsupported, source.string() + ": " + found + "; known are " + known +
                                            ". Choose a model of one of these.");
}

} // namespace

FamilyRegistration::FamilyRegistration(Family family)
{
    families().push_back(std::move(family));
}

const Family& familyFor(const Json& config, const Path& source)
{
    if (!config.is_object()) {
        throw Error(ErrorCode::Corrupt, source.string() + " holds no JSON object.");
    }
    const auto textOf = [&](const Json& value) {
        return value.is_string() ? value.get<std::string>() : compactText(value);
    };
    if (config.contains("architectures") && config["architectures"].is_array() &&
        !config["architectures"].empty()) {
        const std::string architecture = textOf(config["architectures"][0]);
        for (const Family& family : families()) {
            if (family.architecture == architecture) {
                return family;
            }
        }
        refuse(source, "the architecture is " + architecture);
    }
    if (!config.contains("model_type")) {
        refuse(source, "neither architectures nor model_type is there");
    }
    const std::string type = textOf(config["model_type"]);
    for (const Family& family : families()) {
        if (family.modelType == type) {
            return family;
        }
    }
    refuse(source, "the model_type is " + type);
}

} // namespace espalier
