// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/FolderEvaluation.h"

#include "core/base/Error.h"
#include "core/eval/Evaluation.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace espalier {

namespace {

constexpr std::int64_t kLongestUsualWindow = 2048;

double unixTime()
{
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

} // namespace

FolderEvaluation::FolderEvaluation(Path model, const ComputeOptions& compute,
                                   std::int64_t usualBatch)
    : m_model(std::move(model))
    , m_compute(compute)
    , m_batch(compute.batch > 0 ? compute.batch : usualBatch)
{
}

Json FolderEvaluation::measure(const std::function<Json(CausalLM& model)>& measure) const
{
    const auto threads = m_compute.threads > 0
                             ? m_compute.threads
                             : static_cast<std::int64_t>(std::thread::hardware_concurrency());
    at::set_num_threads(static_cast<int>(threads));
    resetPeakRss();
    const double start = unixTime();
    const auto model =
        CausalLM::open(m_model, {.dtype = m_compute.dtype, .residency = Residency::Streamed});
    Json result = measure(*model);
    const double end = unixTime();
    result["model"] = m_model.string();
    result["threads"] = threads;
    result["batch"] = m_batch;
    result["dtype"] = nameOf(m_compute.dtype);
    result["started_at"] = start;
    result["ended_at"] = end;
    result["seconds"] = end - start;
    result["peak_rss_bytes"] = peakRssBytes();
    return result;
}

std::int64_t windowLength(std::int64_t asked, const ModelConfig& config)
{
    if (asked > config.maxPositions) {
        throw Error(ErrorCode::InvalidInput,
                    "Windows of " + std::to_string(asked) +
                        " tokens are asked for, the model's context holds " +
                        std::to_string(config.maxPositions) + ". Use a length of " +
                        std::to_string(config.maxPositions) + " or less.");
    }
    return asked > 0 ? asked : std::min(config.maxPositions, kLongestUsualWindow);
}

} // namespace espalier
