// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/Bench.h"
#include "app/runner/Output.h"
#include "app/runner/Session.h"

#include <cstdio>

namespace espalier::cli {

int perplexityBench(const Words& words)
{
    const std::vector<OptionSpec> options =
        benchOptions({{"model", "DIR", "folder of the model"},
                      {"data", "SOURCE", "text to measure on (default builtin:tinystories)"},
                      {"length", "N", "tokens per window (default: the model's context)"},
                      {"windows", "N", "windows (default: all)"},
                      {"batch", "N", "windows per forward pass (default 4)"},
                      {"dtype", "fp32|bf16|fp16", "weights and compute (default fp32)"}});
    const Arguments arguments = Arguments::parse(words, options);
    if (arguments.has("help")) {
        std::printf("espalier-bench evaluate --model DIR [options]\n\n%s",
                    helpLines(options).c_str());
        return Done;
    }
    const PerplexityBenchmark defaults;
    const Json result =
        benchmarkPerplexity({.model = arguments.required("model"),
                             .data = {.source = arguments.valueOr("data", "builtin:tinystories"),
                                      .length = arguments.number("length", 0, 2),
                                      .windows = arguments.number("windows", 0)},
                             .builtinData = builtinDataFolder(),
                             .batch = arguments.number("batch", defaults.batch, 1),
                             .threads = threadsOf(arguments),
                             .repeats = arguments.number("repeats", defaults.repeats, 1),
                             .dtype = dtypeOf(arguments)},
                            progressOf("Perplexity"));
    if (arguments.has("json")) {
        printJson(result);
        return Done;
    }
    printConditions(result);
    const Json& rates = result["windows_per_second"];
    const Json& measured = result["perplexity"];
    printTable(
        {{"Windows/s", "Lowest", "Highest", "Tokens/s", "CPU s/window", "Peak MiB", "Perplexity"},
         {fixed(rates["median"], 2), fixed(rates["low"], 2), fixed(rates["high"], 2),
          fixed(result["tokens_per_second"], 0), fixed(result["cpu_seconds_per_window"], 3),
          mebibytes(result["peak_rss_bytes"]), fixed(measured["perplexity"], 4)}});
    return Done;
}

} // namespace espalier::cli
