// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/runner/Arguments.h"
#include "core/method/Method.h"
#include "core/run/RunSpec.h"

namespace espalier::cli {

/// The options of `apply` but for the method's own parameters.
std::vector<OptionSpec> specOptions();
/// The method's parameters as options.
std::vector<OptionSpec> paramOptions(const ParamSchema& schema);

/// `method` may be null for "none".
RunSpec specFrom(const Arguments& arguments, const std::string& methodId, const Method* method);

} // namespace espalier::cli
