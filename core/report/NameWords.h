// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

namespace espalier {

/// Of a spec, as specFields() gives them.
using Fields = std::map<std::string, std::string>;

inline constexpr const char* kPattern = "params.pattern";
inline constexpr const char* kSparsity = "params.sparsity";
inline constexpr const char* kUnstructured = "unstructured";

bool isModel(const std::string& key);

/// May tell groups apart; seeds, evaluations and the like do not.
bool setsApart(const std::string& key);

/// How often a run saves or looks at its state.
bool isBookkeeping(const std::string& key);

/// "params.sparsity" as "sparsity".
std::string shownKey(std::string key);

std::string valueOr(const Fields& fields, const std::string& key, std::string fallback = {});

/// "50 %" and "2:4", where the fields have them.
std::vector<std::string> zerosOf(const Fields& fields);

/// `name` and those of `words` it does not say yet.
std::string extended(std::string name, const std::vector<std::string>& words);

/// `name` without a "50 %" at its end.
std::string withoutShare(const std::string& name, const std::string& share);

} // namespace espalier
