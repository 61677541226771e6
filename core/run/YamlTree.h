// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"

#include <map>
#include <string>
#include <string_view>

namespace espalier {

/// YAML as a JSON value, and the line of every dotted key ("runs.0.params.sparsity").
struct YamlTree {
    Json value = {};
    std::map<std::string, int> lines = {};

    /// The part under `key`, with the lines of its own keys.
    YamlTree under(const std::string& key) const;
    /// Sets the value under a dotted key and forgets the lines below it.
    void set(const std::string& key, const Json& newValue, int line);
};

/// Throws InvalidInput with the line: not YAML, keys given twice, tags, more than 100,000 values.
YamlTree parseYaml(std::string_view text, std::string_view source);

/// What a plain scalar means: nothing, a flag, a number or a text.
Json yamlScalar(const std::string& text);

} // namespace espalier
