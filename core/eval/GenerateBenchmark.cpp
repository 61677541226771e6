// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/eval/Benchmarks.h"
#include "core/eval/Evaluation.h"
#include "core/eval/Statistics.h"
#include "core/generate/DecodeModel.h"
#include "core/generate/Generator.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace espalier {

namespace {

using Clock = std::chrono::steady_clock;
using Prompts = std::vector<std::vector<std::int32_t>>;

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

double cpuSeconds()
{
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Ids spread over the vocabulary, others in every sequence.
Prompts promptsOf(const GenerateBenchmark& request, std::int64_t vocabulary)
{
    Prompts prompts(static_cast<std::size_t>(request.batch));
    for (std::size_t s = 0; s < prompts.size(); ++s) {
        for (std::int64_t i = 0; i < request.promptTokens; ++i) {
            const std::int64_t id =
                (i * 7919 + 11 + static_cast<std::int64_t>(s) * 104729) % vocabulary;
            prompts[s].push_back(static_cast<std::int32_t>(id));
        }
    }
    return prompts;
}

void check(const GenerateBenchmark& request, const ModelConfig& config)
{
    if (request.promptTokens < 1 || request.tokens < 1 || request.batch < 1 ||
        request.threads < 1 || request.repeats < 1) {
        throw Error(ErrorCode::InvalidInput, "Prompt, tokens, batch, threads and repeats must all "
                                             "be 1 or more; one of them is not.");
    }
    const std::int64_t positions = request.promptTokens + request.tokens;
    if (config.maxPositions > 0 && positions > config.maxPositions) {
        throw Error(ErrorCode::InvalidInput, "Prompt and tokens take " + std::to_string(positions) +
                                                 " positions, the model has " +
                                                 std::to_string(config.maxPositions) +
                                                 ". Choose fewer.");
    }
}

} // namespace

Json benchmarkGenerate(const GenerateBenchmark& request, const BenchmarkStep& step)
{
    at::set_num_threads(static_cast<int>(std::max<std::int64_t>(request.threads, 1)));
    Json result = benchmarkConditions(request.threads);
    resetPeakRss();
    const auto begin = Clock::now();
    const auto packed = DecodeModel::open(request.model, request.dtype);
    const auto plain = packed ? nullptr : CausalLM::open(request.model, {.dtype = request.dtype});
    const ModelConfig& config = packed ? packed->config() : plain->config();
    result["load_seconds"] = secondsSince(begin);
    check(request, config);
    if (!packed && request.batch > 1) {
        throw Error(ErrorCode::Unsupported, "Models of the family " + config.family + " in " +
                                                std::string(nameOf(request.dtype)) +
                                                " generate one sequence at a time. Use --batch 1.");
    }
    const Prompts prompts = promptsOf(request, config.vocabSize);
    const GenerateOptions options{.tokens = request.tokens, .stopAtEos = false};
    const double count = static_cast<double>(request.batch * request.tokens);
    std::vector<double> rates, cpu;
    Prompts made;
    for (std::int64_t i = 0; i <= request.repeats; ++i) { // the first one warms up
        step(i, request.repeats + 1);
        const auto start = Clock::now();
        const double cpuStart = cpuSeconds();
        made = packed ? generateBatch(packed, prompts, options, at::get_num_threads())
                      : Prompts{generate(*plain, prompts[0], options)};
        if (i > 0) {
            rates.push_back(count / secondsSince(start));
            cpu.push_back((cpuSeconds() - cpuStart) / count);
        }
    }
    step(request.repeats + 1, request.repeats + 1);
    result["tokens_per_second"] = {{"median", percentile(rates, 0.5)},
                                   {"low", *std::ranges::min_element(rates)},
                                   {"high", *std::ranges::max_element(rates)}};
    result["cpu_seconds_per_token"] = percentile(cpu, 0.5);
    result["peak_rss_bytes"] = peakRssBytes();
    result["packed"] = packed != nullptr;
    result["weight_bytes"] = packed ? Json(packed->bytes()) : Json();
    result["prompts"] = prompts;
    result["tokens"] = made;
    result["benchmark"] = "generate";
    result["model"] = request.model.string();
    result["dtype"] = nameOf(request.dtype);
    result["batch"] = request.batch;
    return result;
}

} // namespace espalier
