// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/Bench.h"
#include "app/runner/Output.h"
#include "core/base/Error.h"
#include "core/method/BuildInfo.h"

#include <algorithm>
#include <cstdio>

namespace espalier::cli {

namespace {

const std::vector<Verb>& benchmarks()
{
    static const std::vector<Verb> all{
        {"layerwise", "--model DIR [options]", "time of each stage and peak memory of one run",
         layerwiseBench},
        {"gemm", "[options]", "products of matrices beside the limit of the processor", gemmBench},
        {"decode", "--model DIR [options]", "tokens a second, prefill and decoding", decodeBench},
        {"generate", "--model DIR [options]",
         "greedy text of one sequence or many, tokens a second", generateBench},
        {"evaluate", "--model DIR [options]", "the same as perplexity", perplexityBench},
        {"perplexity", "--model DIR [options]", "windows a second", perplexityBench},
        {"tokenize", "--model DIR --file FILE", "bytes and tokens a second, one thread",
         tokenizeBench},
    };
    return all;
}

int help(int exitCode)
{
    std::printf("espalier-bench %s: how fast this machine runs Espalier\n\n",
                ESPALIER_VERSION_TEXT);
    for (const Verb& verb : benchmarks()) {
        std::printf("  %-11s%-22s %s\n", std::string(verb.name).c_str(),
                    std::string(verb.usage).c_str(), std::string(verb.summary).c_str());
    }
    std::printf("\n`espalier-bench NAME --help` lists the options; --json prints one document on "
                "stdout.\nExit codes: 0 done, 2 usage, 3 input refused, 4 failed, 5 stopped.\n");
    return exitCode;
}

int fail(const char* message, int exitCode)
{
    std::fprintf(stderr, "espalier-bench: %s\n", message);
    return exitCode;
}

int start(const Words& words)
{
    if (words.empty() || words.front() == "--help") {
        return help(words.empty() ? Usage : Done);
    }
    const auto found = std::ranges::find(benchmarks(), words.front(), &Verb::name);
    if (found == benchmarks().end()) {
        return fail(
            ("There is no benchmark \"" + words.front() + "\". See espalier-bench --help.").c_str(),
            Usage);
    }
    try {
        return found->run({words.begin() + 1, words.end()});
    } catch (const UsageError& error) {
        return fail(error.what(), Usage);
    } catch (const Error& error) {
        return fail(error.what(), exitCodeOf(error.code()));
    } catch (const Cancelled&) {
        return fail("Stopped.", WasCancelled);
    } catch (const std::exception& error) {
        return fail(error.what(), RunFailed);
    }
}

} // namespace

} // namespace espalier::cli

int main(int argc, char** argv)
{
    return espalier::cli::start({argv + 1, argv + argc});
}
