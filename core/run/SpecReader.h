// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/RunSpec.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

// How specs are read from JSON and from recipes: one set of rules, two ways to say where something
// is wrong.

namespace espalier {

/// Says where a key (dotted: "calibration.windows") stands: "demo.yaml, line 7" or "The run spec".
using SpecPlace = std::function<std::string(const std::string& key)>;

/// Keys of a run spec, in the order people expect them.
const std::vector<std::string>& specKeys();

/// Throws InvalidInput that names the place, the key and the nearest of `known`.
[[noreturn]] void failUnknownKey(const std::string& key, const std::vector<std::string>& known,
                                 const std::string& place);

RunSpec readSpec(const Json& object, const SpecPlace& place);

} // namespace espalier
