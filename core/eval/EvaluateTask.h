// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Json.h"
#include "core/base/Path.h"
#include "core/eval/EvaluateFolder.h"
#include "core/eval/PerplexityProtocol.h"
#include "core/run/RunSpec.h"

#include <cstdint>
#include <string>
#include <vector>

namespace espalier {

// Evaluations of a model folder outside any run, free of libtorch. Every result has "protocol",
// its figures with standard errors, "n", "model", "dtype", "batch", "threads", "seconds" and
// "peak_rss_bytes".

struct ComputeOptions {
    std::int64_t threads = 0; // 0: all cores
    std::int64_t batch = 0;   // sequences per forward pass; 0: 4 windows, 32 short sequences
    NumberType dtype = NumberType::Float32;
};

struct TaskEvaluation {
    Path model = {};
    std::string task = {}; // see TaskForms.h, or "wikitext"
    Path data = {};
    std::int64_t shots = 0;
    Path shotFile = {}; // empty: examples are other rows of `data`
    std::uint64_t shotSeed = 1234;
    std::int64_t limit = 0;  // 0: all rows
    std::int64_t length = 0; // wikitext: positions of a window; 0: the context, 2048 at most
    Path output = {};        // results_*.json and samples_*.jsonl go here; empty: nowhere
    ComputeOptions compute = {};
};

/// "blimp", ..., "wikitext".
ESPALIER_API std::vector<std::string> taskNames();

ESPALIER_API Json evaluateTask(const TaskEvaluation& request, const ProgressFunction& progress);

struct ProtocolEvaluation {
    Path model = {};
    PerplexityProtocol protocol = PerplexityProtocol::Scripts;
    DataSpec data = {}; // length 0: 512 for llama.cpp, else the context, 2048 at most
    Path writeKld = {}; // llama.cpp only: its base file is written as well; empty: not
    Path output = {};   // as above
    ComputeOptions compute = {};
    Path builtinData = {};
};

ESPALIER_API Json evaluateProtocol(const ProtocolEvaluation& request,
                                   const ProgressFunction& progress);

struct KldEvaluation {
    Path model = {};
    Path base = {}; // a file of llama.cpp's --kl-divergence-base, or of `writeKld`
    ComputeOptions compute = {};
};

/// "text" holds the figures as llama-perplexity prints them.
ESPALIER_API Json evaluateKld(const KldEvaluation& request, const ProgressFunction& progress);

} // namespace espalier
