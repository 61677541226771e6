// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/Bench.h"
#include "app/runner/Output.h"

#include <cstdio>

namespace espalier::cli {

int gemmBench(const Words& words)
{
    const std::vector<OptionSpec> options =
        benchOptions({{"rows", "N", "rows of X, tokens (default 1024)"},
                      {"inputs", "N", "columns of X and W (default 576)"},
                      {"outputs", "N", "rows of W (default 1536)"}});
    const Arguments arguments = Arguments::parse(words, options);
    if (arguments.has("help")) {
        std::printf("espalier-bench gemm [options]\n\n%s", helpLines(options).c_str());
        return Done;
    }
    const GemmBenchmark defaults;
    const Json result =
        benchmarkGemm({.rows = arguments.number("rows", defaults.rows, 1),
                       .inputs = arguments.number("inputs", defaults.inputs, 1),
                       .outputs = arguments.number("outputs", defaults.outputs, 1),
                       .threads = threadsOf(arguments),
                       .repeats = arguments.number("repeats", defaults.repeats, 1)});
    if (arguments.has("json")) {
        printJson(result);
        return Done;
    }
    printConditions(result);
    std::vector<std::vector<std::string>> rows{{"Limit (FMA loop)", "GFLOP/s"}};
    for (const Json& limit : result["limits"]) {
        rows.push_back({limit["unit"], fixed(limit["gflops"], 1)});
    }
    printTable(rows);
    std::printf("\n");
    rows = {{"Product", "GFLOP/s", "Share", "Of", "Used here"}};
    for (const Json& product : result["products"]) {
        rows.push_back({product["name"], fixed(product["gflops"], 1),
                        fixed(product["share_of_limit"], 2), product["limit"],
                        product["used"].get<bool>() ? "yes" : "no"});
    }
    printTable(rows);
    return Done;
}

} // namespace espalier::cli
