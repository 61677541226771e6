// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/eval/Evaluation.h"
#include "core/eval/PerplexityProtocol.h"
#include "core/model/CausalLM.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

// The four protocols on tokens. `step` counts windows or sequences.

/// perplexity() under its name.
ESPALIER_API ProtocolResult scriptsPerplexity(CausalLM& model, const CalibrationSet& data,
                                              std::int64_t batch, const StepFunction& step);

struct ChunkOptions {
    std::int64_t length = 512;              // llama.cpp's n_ctx
    std::int64_t chunks = 0;                // 0: all
    std::optional<std::int32_t> begin = {}; // BOS, where the tokenizer puts one before a text
    std::int64_t batch = 4;
};

/// llama.cpp's perplexity tool: token stream cut into chunks of `length`, whose first token is
/// replaced by BOS where there is one; of each chunk the tokens behind position length/2 are
/// scored, length - 1 - length/2 of them. Refuses fewer than two chunks of text, as llama.cpp does.
ESPALIER_API ProtocolResult chunkPerplexity(CausalLM& model, std::span<const std::int32_t> tokens,
                                            const ChunkOptions& options, const StepFunction& step);

/// The figures of chunks whose losses are known.
ESPALIER_API ProtocolResult chunkResult(const std::vector<std::vector<double>>& chunkLosses,
                                        std::int64_t length);

/// Number of chunks of `options` in so many tokens; throws InvalidInput for too few.
ESPALIER_API std::int64_t chunkCount(std::size_t tokens, const ChunkOptions& options);

/// A document and what lm-evaluation-harness counts in it.
struct RollingDocument {
    std::vector<std::int32_t> tokens = {};
    std::int64_t words = 0, bytes = 0;
};

struct RollingOptions {
    std::int64_t length = 2048;   // positions of a window
    std::int32_t prefixToken = 0; // stands before the first token, which is predicted too
    std::int64_t batch = 4;
};

/// Rolling log-likelihood with one token of context carried over, every token predicted once.
/// Documents without tokens are left out.
ESPALIER_API ProtocolResult rollingPerplexity(CausalLM& model,
                                              const std::vector<RollingDocument>& documents,
                                              const RollingOptions& options,
                                              const StepFunction& step);

/// Pieces between runs of white space, empty ones at the ends included: what
/// lm-evaluation-harness calls the words of a document.
ESPALIER_API std::int64_t rollingWords(std::string_view text);

struct SentenceOptions {
    std::int64_t length = 2048; // longer lines are cut
    std::optional<std::int32_t> start =
        {}; // BOS; without one a line's first token is not predicted
    std::int64_t batch = 32;
};

/// Every line alone; the mean of exp(mean loss of a line). Lines that predict nothing are left out.
ESPALIER_API ProtocolResult sentencePerplexity(CausalLM& model,
                                               const std::vector<std::vector<std::int32_t>>& lines,
                                               const SentenceOptions& options,
                                               const StepFunction& step);

} // namespace espalier
