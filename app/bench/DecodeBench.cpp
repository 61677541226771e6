// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/Bench.h"
#include "app/runner/Output.h"

#include <cstdio>

namespace espalier::cli {

int decodeBench(const Words& words)
{
    const std::vector<OptionSpec> options =
        benchOptions({{"model", "DIR", "folder of the model"},
                      {"prompt-tokens", "N", "tokens of the prompt (default 128)"},
                      {"tokens", "N", "tokens to generate (default 64)"},
                      {"dtype", "fp32|bf16|fp16", "weights and compute (default fp32)"}});
    const Arguments arguments = Arguments::parse(words, options);
    if (arguments.has("help")) {
        std::printf("espalier-bench decode --model DIR [options]\n\n%s",
                    helpLines(options).c_str());
        return Done;
    }
    const DecodeBenchmark defaults;
    const Json result = benchmarkDecode(
        {.model = arguments.required("model"),
         .promptTokens = arguments.number("prompt-tokens", defaults.promptTokens, 1),
         .generatedTokens = arguments.number("tokens", defaults.generatedTokens, 2),
         .threads = threadsOf(arguments),
         .repeats = arguments.number("repeats", defaults.repeats, 1),
         .dtype = dtypeOf(arguments)},
        progressOf("Decoding"));
    if (arguments.has("json")) {
        printJson(result);
        return Done;
    }
    printConditions(result);
    const Json& speed = result["speed"];
    printTable({{"Stage", "Tokens/s", "10 %", "90 %"},
                {"prefill", fixed(speed["prefill_tokens_per_second"], 1),
                 fixed(speed["prefill_low"], 1), fixed(speed["prefill_high"], 1)},
                {"decode", fixed(speed["decode_tokens_per_second"], 1),
                 fixed(speed["decode_low"], 1), fixed(speed["decode_high"], 1)}});
    std::printf("\nLoad %s s, peak memory %s MiB\n", fixed(result["load_seconds"], 2).c_str(),
                mebibytes(speed["peak_rss_bytes"]).c_str());
    return Done;
}

} // namespace espalier::cli
