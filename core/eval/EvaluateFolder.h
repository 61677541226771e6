// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/run/RunSpec.h"

#include <cstdint>
#include <functional>

namespace espalier {

/// One evaluation of a model folder outside any run; free of libtorch so that the command line may
/// call it.
struct EvaluateRequest {
    Path model = {}, reference = {}; // reference: divergence only
    EvaluationSpec evaluation = {};
    std::int64_t threads = 0; // 0: all cores
    std::int64_t batch = 4;
    NumberType dtype = NumberType::Float32;
    Path builtinData = {};
};

/// Reports (done, total); may throw Cancelled.
using ProgressFunction = std::function<void(std::int64_t done, std::int64_t total)>;

/// The result under its stable names with its protocol ("name", "source", "length", "windows",
/// "tokens", "text_fingerprint", "fingerprint", "standard_error") where it has one, "data",
/// "model", "seconds" and "peak_rss_bytes".
ESPALIER_API Json evaluateFolder(const EvaluateRequest& request, const ProgressFunction& progress);

} // namespace espalier
