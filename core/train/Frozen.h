// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <vector>

namespace espalier {

class RunContext;

/// `name` is `pattern`, in which every * stands for any text: "model.layers.0.*", "*embed*".
ESPALIER_API bool matches(std::string_view name, std::string_view pattern);

/// The parameters that a run trains: all whose name no pattern matches. Throws InvalidInput for a
/// pattern that matches nothing and when nothing is left.
std::vector<at::Tensor> trainedOf(RunContext& run, const std::vector<std::string>& freeze);

} // namespace espalier
