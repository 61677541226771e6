// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/RunDiff.h"

#include <algorithm>
#include <map>
#include <set>

namespace espalier {

namespace {

using Leaves = std::map<std::string, std::string>;

bool isList(const Json& value)
{
    return value.is_array() &&
           std::ranges::none_of(value, [](const Json& element) { return element.is_object(); });
}

void collect(const Json& value, const std::string& path, Leaves& leaves)
{
    if (value.is_object()) {
        for (const auto& [key, child] : value.items()) {
            collect(child, path.empty() ? key : path + "." + key, leaves);
        }
    } else if (value.is_array() && !isList(value)) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            collect(value[i], path + "." + std::to_string(i), leaves);
        }
    } else if (!value.is_null() && !(value.is_array() && value.empty())) {
        if (std::string text = toText(paramFromJson(value)); !text.empty()) {
            leaves[path] = std::move(text);
        }
    }
}

bool changesNumbers(const std::string& key)
{
    static const std::set<std::string> kNotes{"title",
                                              "experiment",
                                              "priority",
                                              "after",
                                              "params.checkpoint-every",
                                              "params.evaluate-every"};
    return !kNotes.contains(key);
}

} // namespace

std::map<std::string, std::string> specFields(const RunSpec& spec)
{
    Leaves leaves;
    collect(toJson(spec), {}, leaves);
    return leaves;
}

std::vector<SpecDifference> differences(const std::vector<RunSpec>& specs)
{
    std::vector<Leaves> runs(specs.size());
    std::set<std::string> keys;
    for (std::size_t i = 0; i < specs.size(); ++i) {
        runs[i] = specFields(specs[i]);
        for (const auto& [key, text] : runs[i]) {
            keys.insert(key);
        }
    }
    std::vector<SpecDifference> found;
    for (const std::string& key : keys) {
        SpecDifference row{key, {}, changesNumbers(key)};
        for (const Leaves& leaves : runs) {
            const auto leaf = leaves.find(key);
            row.values.push_back(leaf == leaves.end() ? std::string() : leaf->second);
        }
        if (std::ranges::any_of(row.values,
                                [&](const auto& text) { return text != row.values.front(); })) {
            found.push_back(row);
        }
    }
    std::stable_partition(found.begin(), found.end(), [](const SpecDifference& difference) {
        return difference.changesNumbers;
    });
    return found;
}

} // namespace espalier
