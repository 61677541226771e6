// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/Evaluation.h"

namespace espalier {

Json toJson(const PerplexityResult& result)
{
    return {{"perplexity", numberToJson(result.perplexity)},
            {"nll", numberToJson(result.nll)},
            {"standard_error", numberToJson(result.standardError)},
            {"tokens", result.tokens},
            {"windows", result.windows},
            {"length", result.length}};
}

Json toJson(const DivergenceResult& result)
{
    return {{"mean_kld", numberToJson(result.mean)},
            {"standard_error", numberToJson(result.standardError)},
            {"median_kld", numberToJson(result.median)},
            {"p90_kld", numberToJson(result.p90)},
            {"p95_kld", numberToJson(result.p95)},
            {"p99_kld", numberToJson(result.p99)},
            {"p999_kld", numberToJson(result.p999)},
            {"maximum_kld", numberToJson(result.maximum)},
            {"same_top_p", numberToJson(result.sameTop)},
            {"rms_dp", numberToJson(result.rmsProbability)},
            {"perplexity", numberToJson(result.perplexity)},
            {"reference_perplexity", numberToJson(result.referencePerplexity)},
            {"tokens", result.tokens},
            {"windows", result.windows},
            {"length", result.length}};
}

Json toJson(const FootprintResult& result)
{
    return {{"parameters", result.parameters},
            {"zeros", result.zeros},
            {"linear_parameters", result.linearParameters},
            {"linear_zeros", result.linearZeros},
            {"bytes", result.bytes},
            {"compressed_bytes", result.compressedBytes},
            {"bitmask_bytes", result.bitmaskBytes},
            {"bits_per_weight", numberToJson(result.bitsPerWeight)}};
}

Json toJson(const SpeedResult& result)
{
    return {{"prefill_tokens_per_second", numberToJson(result.prefillTokensPerSecond)},
            {"prefill_low", numberToJson(result.prefillLow)},
            {"prefill_high", numberToJson(result.prefillHigh)},
            {"decode_tokens_per_second", numberToJson(result.decodeTokensPerSecond)},
            {"decode_low", numberToJson(result.decodeLow)},
            {"decode_high", numberToJson(result.decodeHigh)},
            {"prompt_tokens", result.promptTokens},
            {"generated_tokens", result.generatedTokens},
            {"repeats", result.repeats},
            {"warm_ups", result.warmUps},
            {"peak_rss_bytes", result.peakRssBytes}};
}

} // namespace espalier
