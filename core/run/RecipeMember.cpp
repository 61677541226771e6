// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/RecipeMember.h"

#include "core/base/Error.h"
#include "core/base/FolderPath.h"
#include "core/run/SpecReader.h"

#include <algorithm>

namespace espalier {

namespace {

constexpr int kFromSet = 0; // the line of what --set gave
constexpr std::size_t kMostMembers = 10000;

struct Axis {
    std::string key = {};
    Json values = {};
    int line = 0;
};

int lineOf(const YamlTree& tree, const std::string& key)
{
    const auto found = tree.lines.find(key);
    return found == tree.lines.end() ? 1 : found->second;
}

bool isMerged(const std::string& key)
{
    return key == "params" || key == "calibration";
}

std::string spelt(std::string key)
{
    if (key.starts_with("params.")) {
        std::ranges::replace(key, '_', '-');
    }
    return key;
}

Axis axisOf(const YamlTree& entry, const std::string& at, const std::string& key,
            std::string_view source)
{
    const Json& values =
        at == "seeds" ? entry.value.at("seeds") : entry.value.at("grid").at(at.substr(5));
    if (!values.is_array() || values.empty()) {
        throw Error(ErrorCode::InvalidInput, placeOf(entry, at, source) + ": " + at + " is " +
                                                 compactText(values) +
                                                 ", but must be a list of at least one value.");
    }
    return {key, values, lineOf(entry, at)};
}

std::vector<Axis> axesOf(const YamlTree& entry, std::string_view source)
{
    std::vector<Axis> axes;
    if (const auto grid = entry.value.find("grid"); grid != entry.value.end()) {
        if (!grid->is_object()) {
            throw Error(ErrorCode::InvalidInput,
                        placeOf(entry, "grid", source) +
                            ": grid must be keys and lists of values, such as "
                            "{ params.sparsity: [0.3, 0.5] }.");
        }
        for (const auto& [key, values] : grid->items()) {
            const std::string at = "grid." + key;
            checkDottedKey(key, placeOf(entry, at, source));
            axes.push_back(axisOf(entry, at, spelt(key), source));
        }
        std::ranges::stable_sort(axes, {}, &Axis::line);
    }
    if (entry.value.contains("seeds")) {
        axes.push_back(axisOf(entry, "seeds", "seed", source));
    }
    return axes;
}

std::string nameFor(const Axis& axis, const Json& value)
{
    const std::string text = value.is_string() ? value.get<std::string>() : compactText(value);
    return (axis.key == "seed" ? "-seed" : "-") + text.substr(text.rfind('/') + 1);
}

std::string absolute(const std::string& path, const Path& folder)
{
    if (path.empty() || path.starts_with("run:") || (folder.empty() && Path(path).is_relative())) {
        return path;
    }
    return absoluteFolder(folder / path).string(); // folder / an absolute path is that path
}

void placeSource(DataSpec& data, const Path& folder)
{
    for (const std::string_view prefix : {"text:", "jsonl:", "tokens:"}) {
        if (data.source.starts_with(prefix)) {
            data.source = std::string(prefix) + absolute(data.source.substr(prefix.size()), folder);
            return;
        }
    }
}

} // namespace

std::string placeOf(const YamlTree& tree, const std::string& key, std::string_view source)
{
    std::string known = key;
    while (!tree.lines.contains(known) && !known.empty()) {
        const std::size_t dot = known.rfind('.');
        known = dot == std::string::npos ? std::string() : known.substr(0, dot);
    }
    const int line = lineOf(tree, known);
    return line == kFromSet ? "--set " + known
                            : std::string(source) + ", line " + std::to_string(line);
}

void spellParams(YamlTree& tree, std::string_view source)
{
    const auto params = tree.value.find("params");
    if (params == tree.value.end() || !params->is_object()) {
        return;
    }
    Json result = Json::object();
    std::map<std::string, int> lines;
    for (const auto& [key, value] : params->items()) {
        const std::string name = spelt("params." + key);
        if (!result.emplace(name.substr(7), value).second) {
            throw Error(ErrorCode::InvalidInput,
                        placeOf(tree, "params." + key, source) + ": " + name +
                            " is given twice, once with '_' and once with '-'; keep one.");
        }
        lines[name] = lineOf(tree, "params." + key);
    }
    tree.set("params", result, lineOf(tree, "params"));
    tree.lines.merge(lines);
}

void mergeInto(YamlTree& into, const YamlTree& from)
{
    for (const auto& [key, value] : from.value.items()) {
        if (isMerged(key) && value.is_object() && into.value.contains(key) &&
            into.value[key].is_object()) {
            for (const auto& [inner, innerValue] : value.items()) {
                into.set(key + "." + inner, innerValue, lineOf(from, key + "." + inner));
            }
            continue;
        }
        into.set(key, value, lineOf(from, key));
        for (const auto& [name, line] : from.lines) {
            if (name.starts_with(key + ".")) {
                into.lines[name] = line;
            }
        }
    }
}

void checkDottedKey(const std::string& key, const std::string& place)
{
    const std::size_t dot = key.find('.');
    const std::string first = key.substr(0, dot);
    if (std::ranges::find(specKeys(), first) == specKeys().end()) {
        failUnknownKey(first, specKeys(), place);
    }
    if (dot != std::string::npos && !isMerged(first)) {
        throw Error(ErrorCode::InvalidInput,
                    place + ": \"" + key + "\" reaches into " + first +
                        ", but only params and calibration have keys of their own; set " + first +
                        " as a whole.");
    }
}

std::vector<Expanded> expand(YamlTree entry, const std::string& name, const Overrides& overrides,
                             std::string_view source)
{
    std::vector<Axis> axes = axesOf(entry, source);
    for (const char* key : {"grid", "seeds", "name"}) {
        entry.value.erase(key);
    }
    for (const auto& [given, value] : overrides) {
        const std::string key = spelt(given);
        entry.set(key, value, kFromSet);
        std::erase_if(axes, [&key](const Axis& axis) { return axis.key == key; });
    }
    std::vector<Expanded> all{{std::move(entry), name}};
    for (const Axis& axis : axes) {
        std::vector<Expanded> next;
        for (const Expanded& member : all) {
            for (const Json& value : axis.values) {
                next.push_back(member);
                next.back().tree.set(axis.key, value, axis.line);
                next.back().name += axis.values.size() > 1 ? nameFor(axis, value) : "";
            }
        }
        if (next.size() > kMostMembers) {
            throw Error(ErrorCode::InvalidInput,
                        std::string(source) + ", line " + std::to_string(axis.line) +
                            ": the grid of " + name + " makes " + std::to_string(next.size()) +
                            " runs or more, but a study holds at most " +
                            std::to_string(kMostMembers) + ".");
        }
        all = std::move(next);
    }
    return all;
}

void placePaths(RunSpec& spec, const Path& folder)
{
    spec.model = absolute(spec.model, folder);
    spec.teacher = absolute(spec.teacher, folder);
    if (spec.calibration) {
        placeSource(*spec.calibration, folder);
    }
    for (EvaluationSpec& evaluation : spec.evaluations) {
        placeSource(evaluation.data, folder);
    }
    for (ExportSpec& wanted : spec.exports) {
        wanted.folder = absolute(wanted.folder, folder);
    }
}

} // namespace espalier
