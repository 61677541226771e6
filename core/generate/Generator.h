// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/model/CausalLM.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace espalier {

struct GenerateOptions {
    std::int64_t tokens = 128;
    double temperature = 0.0; // 0: greedy
    std::int64_t topK = 0;    // 0: all
    std::uint64_t seed = 0;
    bool stopAtEos = true;
};

/// Continues `prompt` with a key/value cache. `onToken` sees each id as it comes and returns false
/// to end.
ESPALIER_API std::vector<std::int32_t>
generate(CausalLM& model, std::span<const std::int32_t> prompt, const GenerateOptions& options,
         const std::function<bool(std::int32_t)>& onToken = {});

} // namespace espalier
