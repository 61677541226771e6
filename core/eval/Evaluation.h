// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"
#include "core/data/CalibrationSet.h"
#include "core/model/CausalLM.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace espalier {

/// Called between groups of windows: reports progress and throws Cancelled when the run was asked
/// to stop.
using StepFunction = std::function<void(std::int64_t done, std::int64_t total)>;

struct PerplexityResult {
    double perplexity = 0, nll = 0; // nll: summed over predicted positions
    double standardError =
        0; // of the perplexity, from the windows' mean losses (delta method); NaN for one
    std::int64_t tokens = 0; // predicted positions
    std::int64_t windows = 0, length = 0;
    std::vector<double> windowLosses = {}; // mean loss of each window, for comparisons item by item
};

/// Non-overlapping windows, no context carried; mean of window means (one-shot-pruning 1.3).
/// `batch` windows per forward pass; logits are never held for more than a chunk of positions.
ESPALIER_API PerplexityResult perplexity(CausalLM& model, const CalibrationSet& data,
                                         std::int64_t batch, const StepFunction& step);

/// KL(reference || model) over next-token distributions, in nat per token. The standard error is
/// the mean's, from the windows' means (tokens of one window are not independent); NaN for one
/// window.
struct DivergenceResult {
    double mean = 0, standardError = 0, median = 0, p90 = 0, p95 = 0, p99 = 0, p999 = 0,
           maximum = 0;
    double sameTop = 0;        // share of positions whose most likely token agrees
    double rmsProbability = 0; // RMS of the difference of the probability of the actual token
    double perplexity = 0, referencePerplexity = 0;
    std::int64_t tokens = 0, windows = 0, length = 0;
    std::vector<double> windowMeans = {}; // mean divergence of each window
};

/// Both models go through the same windows as perplexity() does. Refuses different vocabularies
/// (InvalidInput).
ESPALIER_API DivergenceResult divergence(CausalLM& model, CausalLM& reference,
                                         const CalibrationSet& data, std::int64_t batch,
                                         const StepFunction& step);

struct FootprintResult {
    std::int64_t parameters = 0, zeros = 0;
    std::int64_t linearParameters = 0, linearZeros = 0; // inside the blocks: what pruning can touch
    std::int64_t bytes = 0;                             // of the weight files on disk
    std::int64_t compressedBytes = 0;                   // the same after zstd level 3
    std::int64_t bitmaskBytes = 0; // if linears stored one bit per weight and the non-zeros alone
    double bitsPerWeight = 0;      // 8 * bytes / parameters
};

ESPALIER_API FootprintResult footprint(const Path& modelFolder, const StepFunction& step);

struct SpeedResult {
    double prefillTokensPerSecond = 0, prefillLow = 0,
           prefillHigh = 0; // median, then the middle 80 %
    double decodeTokensPerSecond = 0, decodeLow = 0, decodeHigh = 0;
    std::int64_t promptTokens = 0, generatedTokens = 0, repeats = 0, warmUps = 0;
    std::int64_t peakRssBytes = 0; // while measuring, with the model in memory
};

struct SpeedOptions {
    std::int64_t promptTokens = 128, generatedTokens = 64, repeats = 5, warmUps = 1;
};

/// 128 and 64 positions, or what the model's context holds in the same proportion.
ESPALIER_API SpeedOptions speedOptionsFor(const ModelConfig& config);

ESPALIER_API SpeedResult measureSpeed(CausalLM& model, const SpeedOptions& options,
                                      const StepFunction& step);

/// Stable names: the fields in snake_case, and "mean_kld", "p99_kld", "same_top_p", "rms_dp"; as
/// espalier-run prints them and as series end in.
ESPALIER_API Json toJson(const PerplexityResult& result);
ESPALIER_API Json toJson(const DivergenceResult& result);
ESPALIER_API Json toJson(const FootprintResult& result);
ESPALIER_API Json toJson(const SpeedResult& result);

/// Peak resident memory of this process since the last reset, in bytes (VmHWM), and the reset
/// itself, which writes to /proc/self/clear_refs. Where the kernel does not permit that, the peak
/// goes on from the process's start.
ESPALIER_API std::int64_t peakRssBytes();
ESPALIER_API void resetPeakRss();

} // namespace espalier
