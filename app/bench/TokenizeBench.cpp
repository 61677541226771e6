// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/Bench.h"
#include "app/runner/Output.h"
#include "core/base/Path.h"
#include "core/tokenizer/Tokenizer.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace espalier::cli {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Seconds of each repetition.
template <class Work>
std::vector<double> timesOf(std::int64_t repeats, const Work& work)
{
    std::vector<double> times;
    for (std::int64_t i = 0; i < repeats; ++i) {
        const auto start = Clock::now();
        work();
        times.push_back(secondsSince(start));
    }
    return times;
}

double medianOf(std::vector<double> times)
{
    std::ranges::sort(times);
    return times[times.size() / 2];
}

Json speedOf(const std::vector<double>& times, double bytes, double tokens)
{
    const double median = medianOf(times);
    return {{"seconds", times},
            {"median_seconds", median},
            {"megabytes_per_second", bytes / 1e6 / median},
            {"tokens_per_second", tokens / median}};
}

Json measured(const Path& model, const std::string& text, std::int64_t repeats)
{
    const auto start = Clock::now();
    const auto tokenizer = Tokenizer::open(model);
    const double load = secondsSince(start);
    std::vector<std::int32_t> ids;
    const auto encode =
        timesOf(repeats, [&] { ids = tokenizer->encode(text, SpecialTokens::Leave); });
    const auto tracked =
        timesOf(repeats, [&] { tokenizer->encodeText(text, {.special = SpecialTokens::Leave}); });
    const auto decode = timesOf(repeats, [&] { tokenizer->decode(ids); });
    const auto bytes = static_cast<double>(text.size());
    const auto tokens = static_cast<double>(ids.size());
    Json result = benchmarkConditions(1);
    result["bytes"] = text.size();
    result["tokens"] = ids.size();
    result["load_seconds"] = load;
    result["encode"] = speedOf(encode, bytes, tokens);
    result["encode_with_offsets"] = speedOf(tracked, bytes, tokens);
    result["decode"] = speedOf(decode, bytes, tokens);
    return result;
}

} // namespace

int tokenizeBench(const Words& words)
{
    std::vector<OptionSpec> options = {{"model", "DIR", "folder with the tokenizer"},
                                       {"file", "FILE", "a file of text, encoded as a whole"},
                                       {"repeats", "N", "how often to measure (default 5)"},
                                       {"json", "", "one JSON document on stdout"},
                                       {"help", "", "this text"}};
    const Arguments arguments = Arguments::parse(words, options);
    if (arguments.has("help")) {
        std::printf("espalier-bench tokenize --model DIR --file FILE [options]\n\n%s",
                    helpLines(options).c_str());
        return Done;
    }
    const Json result = measured(arguments.required("model"), readFile(arguments.required("file")),
                                 arguments.number("repeats", 5, 1));
    if (arguments.has("json")) {
        printJson(result);
        return Done;
    }
    printConditions(result);
    std::vector<std::vector<std::string>> rows = {{"Work", "Seconds", "MB/s", "Tokens/s"}};
    for (const char* work : {"encode", "encode_with_offsets", "decode"}) {
        const Json& speed = result[work];
        rows.push_back({work, fixed(speed["median_seconds"], 4),
                        fixed(speed["megabytes_per_second"], 1),
                        fixed(speed["tokens_per_second"], 0)});
    }
    printTable(rows);
    std::printf("\n%s tokens, load %s s\n", fixed(result["tokens"], 0).c_str(),
                fixed(result["load_seconds"], 3).c_str());
    return Done;
}

} // namespace espalier::cli
