// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// The four things people mean by "perplexity of WikiText-2". A number says which.
enum class PerplexityProtocol {
    Scripts = 1, // GPTQ, SparseGPT, Wanda: windows without overlap, every position but the first
    LlamaCpp,    // llama.cpp: chunks without overlap, the second half of each
    LmEval,      // lm-evaluation-harness: rolling log-likelihood of whole documents
    PerSentence  // Hugging Face evaluate: every line alone, mean of the lines' perplexities
};

/// "scripts", "llama.cpp", "lm-eval", "per-sentence".
ESPALIER_API std::string_view nameOf(PerplexityProtocol protocol);
/// What it does, in half a sentence.
ESPALIER_API std::string_view describe(PerplexityProtocol protocol);
ESPALIER_API const std::vector<PerplexityProtocol>& perplexityProtocols();
/// Throws InvalidInput with the list.
ESPALIER_API PerplexityProtocol perplexityProtocolFromName(std::string_view name);

/// A number and how sure it is.
struct Estimate {
    double value = 0.0;
    double standardError = 0.0; // NaN: unknown
};

struct ProtocolResult {
    PerplexityProtocol protocol = PerplexityProtocol::Scripts;
    /// Of tokens; lm-eval's own figures are the three below. Standard errors by the delta method:
    /// llama.cpp's from single tokens as llama.cpp does, all others from items.
    Estimate perplexity = {};
    std::optional<Estimate> wordPerplexity = {}, bytePerplexity = {}, bitsPerByte = {};
    double nll = 0.0;                    // summed, nat
    std::int64_t tokens = 0;             // predicted
    std::string itemName = {};           // "windows", "chunks", "documents", "lines"
    std::vector<double> itemLosses = {}; // mean loss of each item, nat per token
    std::int64_t leftOut = 0;            // items that predict nothing
    std::int64_t length = 0;             // positions a window holds
};

/// "protocol" and the fields in snake_case; "word_perplexity", "byte_perplexity" and
/// "bits_per_byte", each with "..._stderr"; "n": items.
ESPALIER_API Json toJson(const ProtocolResult& result);

/// A ratio of sums, sum(a) / sum(b), with its error from the items (linearised; NaN for one).
ESPALIER_API Estimate ratioOfSums(const std::vector<double>& a, const std::vector<double>& b);

} // namespace espalier
