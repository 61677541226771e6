// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/Bench.h"
#include "app/runner/Output.h"

#include <cstdio>

namespace espalier::cli {

int generateBench(const Words& words)
{
    const std::vector<OptionSpec> options =
        benchOptions({{"model", "DIR", "folder of the model"},
                      {"prompt-tokens", "N", "tokens of each prompt (default 32)"},
                      {"tokens", "N", "tokens to generate in each sequence (default 128)"},
                      {"batch", "N", "sequences at once (default 1)"},
                      {"dtype", "fp32|bf16|fp16", "weights (default fp32)"}});
    const Arguments arguments = Arguments::parse(words, options);
    if (arguments.has("help")) {
        std::printf("espalier-bench generate --model DIR [options]\n\n%s",
                    helpLines(options).c_str());
        return Done;
    }
    const GenerateBenchmark defaults;
    const Json result = benchmarkGenerate(
        {.model = arguments.required("model"),
         .promptTokens = arguments.number("prompt-tokens", defaults.promptTokens, 1),
         .tokens = arguments.number("tokens", defaults.tokens, 1),
         .batch = arguments.number("batch", defaults.batch, 1),
         .threads = threadsOf(arguments),
         .repeats = arguments.number("repeats", defaults.repeats, 1),
         .dtype = dtypeOf(arguments)},
        progressOf("Generating"));
    if (arguments.has("json")) {
        printJson(result);
        return Done;
    }
    printConditions(result);
    const Json& rates = result["tokens_per_second"];
    printTable(
        {{"Sequences", "Tokens/s", "Lowest", "Highest", "CPU ms/token", "Peak MiB"},
         {fixed(result["batch"], 0), fixed(rates["median"], 1), fixed(rates["low"], 1),
          fixed(rates["high"], 1), fixed(result["cpu_seconds_per_token"].get<double>() * 1e3, 2),
          mebibytes(result["peak_rss_bytes"])}});
    std::printf("\nLoad %s s\n", fixed(result["load_seconds"], 2).c_str());
    return Done;
}

} // namespace espalier::cli
