// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/runner/Arguments.h"
#include "app/runner/Verb.h"
#include "core/eval/Benchmarks.h"

namespace espalier::cli {

// The verbs of espalier-bench; each has a file of its own.
int layerwiseBench(const Words& words);
int gemmBench(const Words& words);
int decodeBench(const Words& words);
int generateBench(const Words& words);
int perplexityBench(const Words& words);
int tokenizeBench(const Words& words);

/// --threads, --repeats, --json and --help, as every benchmark has them.
std::vector<OptionSpec> benchOptions(std::vector<OptionSpec> own);
std::int64_t threadsOf(const Arguments& arguments);
NumberType dtypeOf(const Arguments& arguments);
/// Progress on stderr.
BenchmarkStep progressOf(const std::string& label);
/// "AMD EPYC, 2 threads, load 0.3" above every table.
void printConditions(const Json& result);
/// "12.3"; "-" for what is no number.
std::string fixed(const Json& value, int decimals);
/// Bytes as MiB.
std::string mebibytes(const Json& bytes);

} // namespace espalier::cli
