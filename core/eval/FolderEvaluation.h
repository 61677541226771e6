// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/eval/EvaluateTask.h"
#include "core/model/CausalLM.h"

#include <cstdint>
#include <functional>

namespace espalier {

/// What every evaluation of a folder has around it: threads, the streamed model, time and memory.
class FolderEvaluation {
public:
    FolderEvaluation(Path model, const ComputeOptions& compute, std::int64_t usualBatch);

    std::int64_t batch() const { return m_batch; }

    /// What `measure` gives, with "model", "dtype", "batch", "threads", "seconds", "started_at",
    /// "ended_at" (Unix time) and "peak_rss_bytes".
    Json measure(const std::function<Json(CausalLM& model)>& measure) const;

private:
    Path m_model;
    ComputeOptions m_compute;
    std::int64_t m_batch;
};

/// `asked`, or where that is 0 what the context holds, 2048 at most. Throws InvalidInput for more
/// than it holds.
std::int64_t windowLength(std::int64_t asked, const ModelConfig& config);

} // namespace espalier
