// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/Recipe.h"
#include "core/run/YamlTree.h"

// One entry of a recipe, before and after its grid and seeds are multiplied out.

namespace espalier {

/// Keys and values of --set, already read as YAML.
using Overrides = std::vector<std::pair<std::string, Json>>;

/// Where a key stands, for messages: "demo.yaml, line 7" or "--set seed".
std::string placeOf(const YamlTree& tree, const std::string& key, std::string_view source);

/// Spells the keys of params with '-' and refuses those that are given twice that way.
void spellParams(YamlTree& tree, std::string_view source);

/// `from` over `into`; params and calibration are merged key by key.
void mergeInto(YamlTree& into, const YamlTree& from);

/// Refuses a dotted key that no spec has.
void checkDottedKey(const std::string& key, const std::string& place);

struct Expanded {
    YamlTree tree = {}; // keys of a spec only
    std::string name = {};
};

/// Multiplies `grid` and `seeds` out. What an override sets is no axis any more.
std::vector<Expanded> expand(YamlTree entry, const std::string& name, const Overrides& overrides,
                             std::string_view source);

/// Makes the paths of a spec absolute; run:..., builtin: and absolute ones stay.
void placePaths(RunSpec& spec, const Path& folder);

} // namespace espalier
