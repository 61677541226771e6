// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"
#include "core/eval/PerplexityProtocol.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace espalier {

/// What one position says about a model against its base.
struct KldToken {
    float kld = 0.0F;                   // KL(base || model), nat
    float nll = 0.0F, baseNll = 0.0F;   // of the actual token
    float probabilityDifference = 0.0F; // model minus base, of the actual token
    bool sameTop = false;
};

/// llama.cpp's figures under llama.cpp's names. Standard errors are its own: from single tokens,
/// square root of the variance over n - 1, and by linearisation for what follows from means.
struct KldStatistics {
    std::int64_t tokens = 0;
    Estimate perplexity = {}, basePerplexity = {};
    Estimate logRatio = {}, ratio = {}, difference = {}; // ln(PPL/base), PPL/base, PPL - base
    double correlation = 0.0;                            // of the tokens' losses
    Estimate meanKld = {};
    /// Maximum, 99.9 %, 99.0 %, 95 %, 90 %, median, 10 %, 5 %, 1 %, 0.1 %, minimum.
    std::vector<std::pair<std::string, double>> kld = {};
    Estimate meanDifference = {}, rmsDifference = {}; // of the probability of the actual token
    /// Of the same: maximum to minimum, as llama.cpp lists them.
    std::vector<std::pair<std::string, double>> probability = {};
    Estimate sameTop = {};
};

/// Throws InvalidInput without tokens.
ESPALIER_API KldStatistics kldStatistics(const std::vector<KldToken>& tokens);

/// "mean_kld", "mean_kld_stderr", "median_kld", "p99_kld", "p999_kld", "maximum_kld",
/// "minimum_kld", "same_top_p", "rms_dp", "mean_dp", ... shares from 0 to 1.
ESPALIER_API Json toJson(const KldStatistics& statistics);

/// Lines as llama-perplexity prints them: "Mean    KLD:   0.012345 ±   0.000123".
ESPALIER_API std::string kldText(const KldStatistics& statistics);

} // namespace espalier
