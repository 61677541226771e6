// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/Recipe.h"

#include "core/base/Error.h"
#include "core/run/RecipeMember.h"
#include "core/run/SpecReader.h"

#include <algorithm>
#include <set>

namespace espalier {

namespace {

/// Builds the members one entry after the other; an entry may refer to those before it.
class Builder {
public:
    Builder(std::string_view source, const Path& folder, Overrides overrides)
        : m_source(source)
        , m_folder(folder)
        , m_overrides(std::move(overrides))
    {
    }

    void add(YamlTree entry)
    {
        std::vector<std::string> known = specKeys();
        known.insert(known.end(), {"name", "grid", "seeds"});
        for (const auto& [key, value] : entry.value.items()) {
            if (std::ranges::find(known, key) == known.end()) {
                failUnknownKey(key, known, placeOf(entry, key, m_source));
            }
        }
        const std::string name = nameOfEntry(entry);
        std::vector<std::string> made;
        for (Expanded& expanded : expand(std::move(entry), name, m_overrides, m_source)) {
            addMember(expanded);
            made.push_back(expanded.name);
        }
        m_families[name] = made;
    }

    std::vector<StudyMember> members = {};

private:
    std::string nameOfEntry(const YamlTree& entry) const
    {
        const bool named = entry.value.contains("name");
        const std::string key = named ? "name" : "method";
        const Json value = entry.value.value(key, Json());
        const std::string name = value.is_string() ? value.get<std::string>() : "";
        if (name.empty() || runIdFromText(name)) {
            fail(entry, key,
                 key + " is " + compactText(value) + ", but must be a word that is no number");
        }
        if (m_families.contains(name)) {
            fail(entry, key,
                 "two runs are called \"" + name + "\"" + (named ? "" : " after their method") +
                     "; give each a name of its own");
        }
        return name;
    }

    void addMember(Expanded& expanded)
    {
        YamlTree& tree = expanded.tree;
        const SpecPlace place = [&](const std::string& key) {
            return placeOf(tree, key, m_source);
        };
        if (!m_names.insert(expanded.name).second) {
            fail(tree, "", "two runs of the grid are called \"" + expanded.name + "\"");
        }
        StudyMember member{.name = expanded.name};
        takeNamesOfAfter(tree, member);
        member.spec = readSpec(tree.value, place);
        if (member.spec.method.empty()) {
            fail(tree, "",
                 "\"" + member.name + "\" names no method; \"none\" only evaluates and exports");
        }
        placePaths(member.spec, m_folder);
        nameReference(tree, "model", member.spec.model);
        nameReference(tree, "teacher", member.spec.teacher);
        members.push_back(std::move(member));
    }

    /// Leaves the ids in `after`; names become those of members.
    void takeNamesOfAfter(YamlTree& tree, StudyMember& member) const
    {
        const auto after = tree.value.find("after");
        if (after == tree.value.end() || after->is_null()) {
            return;
        }
        Json ids = Json::array();
        for (const Json& value : after->is_array() ? *after : Json::array({*after})) {
            if (!value.is_string()) {
                ids.push_back(value);
            } else if (const auto id = runIdFromText(value.get<std::string>())) {
                ids.push_back(static_cast<std::int64_t>(*id));
            } else {
                const auto names = membersCalled(tree, "after", value.get<std::string>());
                member.afterNames.insert(member.afterNames.end(), names.begin(), names.end());
            }
        }
        *after = ids;
    }

    void nameReference(const YamlTree& tree, const std::string& key, std::string& reference) const
    {
        constexpr std::string_view kPrefix = "run:";
        if (!reference.starts_with(kPrefix) || runReference(reference)) {
            return;
        }
        const auto names = membersCalled(tree, key, reference.substr(kPrefix.size()));
        if (names.size() > 1) {
            fail(tree, key,
                 reference + " stands for " + std::to_string(names.size()) +
                     " runs; name one of them, such as run:" + names.front());
        }
        reference = std::string(kPrefix) + names.front();
    }

    std::vector<std::string> membersCalled(const YamlTree& tree, const std::string& key,
                                           const std::string& name) const
    {
        if (const auto family = m_families.find(name); family != m_families.end()) {
            return family->second;
        }
        const auto isIt = [&](const StudyMember& member) { return member.name == name; };
        if (std::ranges::any_of(members, isIt)) {
            return {name};
        }
        std::vector<std::string> known;
        for (const StudyMember& member : members) {
            known.push_back(member.name);
        }
        const auto near = nearest(name, known);
        fail(tree, key,
             key + " names \"" + name + "\", but no run before this one is called so" +
                 (near.empty() ? "" : "; did you mean \"" + near.front() + "\"?"));
    }

    [[noreturn]] void fail(const YamlTree& tree, const std::string& key, std::string what) const
    {
        what += what.ends_with('?') ? "" : ".";
        throw Error(ErrorCode::InvalidInput, placeOf(tree, key, m_source) + ": " + what);
    }

    std::string m_source;
    Path m_folder;
    Overrides m_overrides;
    std::map<std::string, std::vector<std::string>> m_families = {};
    std::set<std::string> m_names = {};
};

Overrides readOverrides(const std::vector<std::pair<std::string, std::string>>& texts)
{
    Overrides overrides;
    for (const auto& [key, text] : texts) {
        const std::string place = "--set " + key;
        checkDottedKey(key, place);
        overrides.emplace_back(key, parseYaml(text.empty() ? "''" : text, place).value);
    }
    return overrides;
}

std::string textAt(const YamlTree& tree, const char* key, std::string_view source)
{
    const Json value = tree.value.value(key, Json());
    if (!value.is_null() && !value.is_string()) {
        throw Error(ErrorCode::InvalidInput, placeOf(tree, key, source) + ": " + key + " is " +
                                                 compactText(value) +
                                                 ", but must be a text; put it in quotes.");
    }
    return value.is_string() ? value.get<std::string>() : std::string();
}

YamlTree defaultsOf(const YamlTree& tree, std::string_view source)
{
    YamlTree defaults{.value = Json::object()};
    if (tree.value.contains("defaults") && !tree.value.at("defaults").is_null()) {
        defaults = tree.under("defaults");
    }
    if (!defaults.value.is_object()) {
        throw Error(ErrorCode::InvalidInput,
                    placeOf(tree, "defaults", source) + ": defaults must be keys and values.");
    }
    spellParams(defaults, source);
    return defaults;
}

void addRuns(Builder& builder, const YamlTree& tree, const Recipe& recipe, std::string_view source)
{
    const YamlTree defaults = defaultsOf(tree, source);
    const Json runs = tree.value.value("runs", Json());
    if (!runs.is_array() || runs.empty()) {
        throw Error(ErrorCode::InvalidInput, placeOf(tree, "runs", source) +
                                                 ": a recipe needs either \"method\", for a single "
                                                 "run, or \"runs\", a list of at least one.");
    }
    for (std::size_t i = 0; i < runs.size(); ++i) {
        YamlTree run = tree.under("runs." + std::to_string(i));
        if (!run.value.is_object()) {
            throw Error(ErrorCode::InvalidInput,
                        placeOf(run, "", source) + ": a run must be keys and values.");
        }
        spellParams(run, source);
        YamlTree entry = defaults;
        entry.lines[""] = run.lines[""];
        if (!recipe.experiment.empty()) {
            entry.value.emplace("experiment", recipe.experiment);
        }
        mergeInto(entry, run);
        builder.add(std::move(entry));
    }
}

} // namespace

Recipe parseRecipe(std::string_view yaml, std::string_view source, const Path& folder,
                   const std::vector<std::pair<std::string, std::string>>& overrides)
{
    YamlTree tree = parseYaml(yaml, source);
    if (!tree.value.is_object()) {
        throw Error(ErrorCode::InvalidInput,
                    std::string(source) +
                        " is no recipe: it must be keys and values, with \"method\" or \"runs\".");
    }
    Recipe recipe{.title = textAt(tree, "title", source),
                  .experiment = textAt(tree, "experiment", source)};
    Builder builder(source, folder, readOverrides(overrides));
    if (tree.value.contains("method")) {
        recipe.isStudy = tree.value.contains("grid") || tree.value.contains("seeds");
        spellParams(tree, source);
        builder.add(tree);
    } else {
        recipe.isStudy = true;
        const std::vector<std::string> known{"title", "experiment", "defaults", "runs"};
        for (const auto& [key, value] : tree.value.items()) {
            if (std::ranges::find(known, key) == known.end()) {
                failUnknownKey(key, known, placeOf(tree, key, source));
            }
        }
        addRuns(builder, tree, recipe, source);
    }
    recipe.members = std::move(builder.members);
    for (StudyMember& member : recipe.members) {
        if (recipe.isStudy && (member.spec.title.empty() || member.spec.title == recipe.title)) {
            member.spec.title = member.name;
        }
    }
    return recipe;
}

RunSpec resolved(const StudyMember& member, const std::map<std::string, RunId>& ids)
{
    const auto idOf = [&](const std::string& name) {
        const auto found = ids.find(name);
        if (found == ids.end()) {
            throw Error(ErrorCode::Internal, "The run \"" + member.name + "\" refers to \"" + name +
                                                 "\", which has not been submitted yet.");
        }
        return found->second;
    };
    RunSpec spec = member.spec;
    for (std::string* reference : {&spec.model, &spec.teacher}) {
        if (reference->starts_with("run:") && !runReference(*reference)) {
            *reference = "run:" + toText(idOf(reference->substr(4)));
        }
    }
    for (const std::string& name : member.afterNames) {
        spec.after.push_back(idOf(name));
    }
    return spec;
}

} // namespace espalier
