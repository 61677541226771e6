// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/Bench.h"

#include "app/runner/Output.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <thread>

namespace espalier::cli {

std::vector<OptionSpec> benchOptions(std::vector<OptionSpec> own)
{
    own.push_back({"threads", "N", "threads (default: all cores)"});
    own.push_back({"repeats", "N", "how often to measure"});
    own.push_back({"json", "", "one JSON document on stdout"});
    own.push_back({"help", "", "this text"});
    return own;
}

std::int64_t threadsOf(const Arguments& arguments)
{
    return arguments.number("threads", std::max(1U, std::thread::hardware_concurrency()), 1);
}

NumberType dtypeOf(const Arguments& arguments)
{
    const std::string name = arguments.valueOr("dtype", "fp32");
    if (const auto type = numberTypeFromName(name)) {
        return *type;
    }
    throw UsageError("--dtype is \"" + name + "\"; it must be fp32, bf16 or fp16.");
}

BenchmarkStep progressOf(const std::string& label)
{
    return [label, line = std::make_shared<ProgressLine>()](std::int64_t done, std::int64_t total) {
        line->show(label, done, total, -1);
    };
}

void printConditions(const Json& result)
{
    std::printf("%s, %lld threads, load %s\n%s\n\n",
                result["machine"].value("cpu", "unknown processor").c_str(),
                static_cast<long long>(result.value("threads", std::int64_t{0})),
                fixed(result["machine"]["load_average"], 2).c_str(),
                result["build"].value("id", "").c_str());
}

std::string fixed(const Json& value, int decimals)
{
    if (!value.is_number()) {
        return "-";
    }
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value.get<double>());
    return text;
}

std::string mebibytes(const Json& bytes)
{
    constexpr double kMebi = 1024.0 * 1024.0;
    return bytes.is_number() ? fixed(bytes.get<double>() / kMebi, 0) : "-";
}

} // namespace espalier::cli
