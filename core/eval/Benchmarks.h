// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/run/RunSpec.h"

#include <cstdint>
#include <functional>

namespace espalier {

/// Measurements of this machine with this program, for espalier-bench; free of libtorch. Each
/// returns a document under stable names with "machine" (its load included), "build" and "threads".

/// Called between steps; may throw Cancelled.
using BenchmarkStep = std::function<void(std::int64_t done, std::int64_t total)>;

/// X W^T of X [rows x inputs] and W [outputs x inputs]. `limits`: FMA loop by unit; `products`:
/// libtorch's and oneDNN's, each with its share of the limit of its number type and whether this
/// program uses it here.
struct GemmBenchmark {
    std::int64_t rows = 1024, inputs = 576, outputs = 1536;
    std::int64_t threads = 1, repeats = 5;
};

ESPALIER_API Json benchmarkGemm(const GemmBenchmark& request);

/// Prefill and greedy decoding of one sequence, weights in memory.
struct DecodeBenchmark {
    Path model = {};
    std::int64_t promptTokens = 128, generatedTokens = 64;
    std::int64_t threads = 1, repeats = 5;
    NumberType dtype = NumberType::Float32;
};

ESPALIER_API Json benchmarkDecode(const DecodeBenchmark& request, const BenchmarkStep& step);

/// Greedy text of `batch` sequences at once, `promptTokens` given and `tokens` made of each, timed
/// from the prompt on. "prompts" and "tokens" hold the ids, for another tool to repeat.
struct GenerateBenchmark {
    Path model = {};
    std::int64_t promptTokens = 32, tokens = 128, batch = 1;
    std::int64_t threads = 1, repeats = 3;
    NumberType dtype = NumberType::Float32;
};

ESPALIER_API Json benchmarkGenerate(const GenerateBenchmark& request, const BenchmarkStep& step);

/// The perplexity of `data`, its windows a second among the repeats.
struct PerplexityBenchmark {
    Path model = {};
    DataSpec data = {};
    Path builtinData = {};
    std::int64_t batch = 4;
    std::int64_t threads = 1, repeats = 3;
    NumberType dtype = NumberType::Float32;
};

ESPALIER_API Json benchmarkPerplexity(const PerplexityBenchmark& request,
                                      const BenchmarkStep& step);

/// Machine, load, build and threads: what belongs beside any timing.
ESPALIER_API Json benchmarkConditions(std::int64_t threads);

} // namespace espalier
