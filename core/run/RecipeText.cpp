// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/Recipe.h"
#include "core/run/SpecReader.h"
#include "core/run/YamlTree.h"

#include <algorithm>

namespace espalier {

namespace {

bool isPlain(const std::string& text)
{
    constexpr std::string_view kSafe =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";
    const bool startsSafe = !text.empty() && text.front() != '-' && text.front() != '.';
    return startsSafe && text.find_first_not_of(kSafe) == std::string::npos &&
           yamlScalar(text).is_string();
}

/// JSON is YAML, but plain words read better than quoted ones.
std::string inlineText(const Json& value)
{
    if (value.is_string() && isPlain(value.get_ref<const std::string&>())) {
        return value.get<std::string>();
    }
    if (value.is_array()) {
        std::string text;
        for (const Json& element : value) {
            text += (text.empty() ? "" : ", ") + inlineText(element);
        }
        return "[" + text + "]";
    }
    if (value.is_object()) {
        std::string text;
        for (const auto& [key, member] : value.items()) {
            text += (text.empty() ? " " : ", ") + inlineText(key) + ": " + inlineText(member);
        }
        return "{" + text + " }";
    }
    return compactText(value);
}

/// A data set, evaluation or export, and lists of them, without the members that say nothing:
/// reading takes 0, "" and {} for those that are missing.
Json withoutEmptyMembers(const Json& value)
{
    Json result = value;
    if (value.is_structured()) {
        result.clear();
        for (const auto& [key, member] : value.items()) {
            const Json rest = withoutEmptyMembers(member);
            const bool isEmpty = rest == 0 || rest == "" || rest == Json::object();
            if (value.is_array()) {
                result.push_back(rest);
            } else if (!isEmpty) {
                result[key] = rest;
            }
        }
    }
    return result;
}

} // namespace

std::string recipeText(const RunSpec& spec)
{
    const Json object = toJson(spec);
    const Json usual = toJson(RunSpec{});
    std::string text;
    for (const std::string& key : specKeys()) {
        const Json& value = object.at(key);
        if (value == usual.at(key) && key != "method" && key != "seed") {
            continue;
        }
        const bool isList = (key == "evaluations" || key == "exports") && value.is_array();
        if (key == "params") {
            text += "params:\n";
            for (const auto& [name, param] : value.items()) {
                text += "  " + inlineText(name) + ": " + inlineText(param) + "\n";
            }
        } else if (isList) {
            text += key + ":\n";
            for (const Json& element : withoutEmptyMembers(value)) {
                text += "  - " + inlineText(element) + "\n";
            }
        } else if (key == "calibration") {
            text += key + ": " + inlineText(withoutEmptyMembers(value)) + "\n";
        } else {
            text += key + ": " + inlineText(value) + "\n";
        }
    }
    return text;
}

} // namespace espalier
