// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/runner/Arguments.h"

#include <string>
#include <string_view>
#include <vector>

namespace espalier::cli {

/// What a method adds to the options of `apply`.
struct MethodOptions {
    std::string method = {}; // empty: none was named
    std::vector<OptionSpec> options = {};
};

/// Every verb with its exit codes: a text, or one JSON document that has the options too. Returns
/// the exit code.
int showHelp(bool json);
/// One verb's usage and options.
int showVerbHelp(std::string_view verb, bool json, const MethodOptions& method = {});

} // namespace espalier::cli
