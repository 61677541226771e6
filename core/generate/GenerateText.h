// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/run/RunSpec.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// Text from a model folder; free of libtorch so that the command line and the window may call it.
struct GenerateRequest {
    Path model = {};
    std::string prompt = {};
    std::int64_t tokens = 128;
    double temperature = 0; // 0: greedy
    std::uint64_t seed = 0;
    std::int64_t threads = 0;
    NumberType dtype = NumberType::Float32;
};

struct GeneratedText {
    std::string text = {}; // prompt and continuation
    std::vector<std::int32_t> promptTokens = {}, tokens = {};
    double seconds = 0; // of decoding
};

/// `onText` sees the continuation grow (whole UTF-8 characters only) and returns false to end.
ESPALIER_API GeneratedText generateText(const GenerateRequest& request,
                                        const std::function<bool(std::string_view)>& onText = {});

} // namespace espalier
