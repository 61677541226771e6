// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/Benchmarks.h"

#include "core/base/Error.h"
#include "core/base/SeedStream.h"
#include "core/eval/Evaluation.h"
#include "core/eval/FmaLoop.h"
#include "core/eval/Statistics.h"
#include "core/jobs/Provenance.h"
#include "core/kernels/Gemm.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <vector>

namespace espalier {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kGiga = 1e9;

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

Json median(std::vector<double> values)
{
    return {{"median", percentile(values, 0.5)},
            {"low", *std::ranges::min_element(values)},
            {"high", *std::ranges::max_element(values)}};
}

void requirePositive(std::initializer_list<std::int64_t> values, const char* what)
{
    if (std::ranges::any_of(values, [](std::int64_t value) { return value < 1; })) {
        throw Error(ErrorCode::InvalidInput,
                    std::string(what) + " must all be 1 or more; one of them is not.");
    }
}

/// One way to make X W^T.
struct Product {
    std::string name;
    at::ScalarType dtype;
    GemmPath path;
    FmaUnit limit;
};

/// Seconds of the fastest of `repeats`, each long enough for the clock.
double fastest(const GemmBenchmark& request, const Product& product)
{
    constexpr double kLeastSeconds = 0.05;
    const Tensor X = at::rand({request.rows, request.inputs}, at::kFloat).to(product.dtype);
    const Tensor W = at::rand({request.outputs, request.inputs}, at::kFloat).to(product.dtype);
    linearProduct(X, W, {}, product.path); // the first call plans
    double best = 0;
    for (std::int64_t i = 0; i < request.repeats; ++i) {
        std::int64_t calls = 0;
        const auto begin = Clock::now();
        while (calls == 0 || secondsSince(begin) < kLeastSeconds) {
            linearProduct(X, W, {}, product.path);
            ++calls;
        }
        const double each = secondsSince(begin) / static_cast<double>(calls);
        best = i == 0 ? each : std::min(best, each);
    }
    return best;
}

bool hasOneDnn()
{
    return c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""}).has_value();
}

std::vector<Product> products(const std::vector<FmaUnit>& units)
{
    const FmaUnit widest = *std::ranges::find_if_not(units.rbegin(), units.rend(), isBf16);
    std::vector<Product> list{{"libtorch fp32", at::kFloat, GemmPath::LibTorch, widest}};
    if (hasOneDnn()) {
        list.push_back({"oneDNN fp32", at::kFloat, GemmPath::OneDnn, widest});
    }
    list.push_back({"libtorch bf16", at::kBFloat16, gemmPath(), units.back()});
    return list;
}

} // namespace

Json benchmarkConditions(std::int64_t threads)
{
    Json provenance = provenanceOf({.threads = threads});
    double load = 0;
    provenance["machine"]["load_average"] = ::getloadavg(&load, 1) == 1 ? Json(load) : Json();
    return {
        {"machine", provenance["machine"]}, {"build", provenance["build"]}, {"threads", threads}};
}

Json benchmarkGemm(const GemmBenchmark& request)
{
    requirePositive(
        {request.rows, request.inputs, request.outputs, request.threads, request.repeats},
        "Rows, inputs, outputs, threads and repeats");
    at::set_num_threads(static_cast<int>(request.threads));
    const at::NoGradGuard noGrad;
    Json result = benchmarkConditions(request.threads);
    result["benchmark"] = "gemm";
    result["rows"] = request.rows;
    result["inputs"] = request.inputs;
    result["outputs"] = request.outputs;
    const std::vector<FmaUnit> units = fmaUnits();
    for (const FmaUnit unit : units) {
        result["limits"].push_back(
            {{"unit", nameOf(unit)},
             {"gflops", fmaLimit(unit, request.threads, request.repeats) / kGiga}});
    }
    const double operations = 2.0 * static_cast<double>(request.rows * request.inputs) *
                              static_cast<double>(request.outputs);
    for (const Product& product : products(units)) {
        const double rate = operations / fastest(request, product) / kGiga;
        const auto limit = std::ranges::find(units, product.limit) - units.begin();
        result["products"].push_back(
            {{"name", product.name},
             {"gflops", rate},
             {"limit", nameOf(product.limit)},
             {"share_of_limit",
              rate / result["limits"][static_cast<std::size_t>(limit)]["gflops"].get<double>()},
             {"used", product.path == gemmPath()}});
    }
    return result;
}

Json benchmarkDecode(const DecodeBenchmark& request, const BenchmarkStep& step)
{
    requirePositive({request.threads}, "Threads");
    at::set_num_threads(static_cast<int>(request.threads));
    Json result = benchmarkConditions(request.threads);
    const auto begin = Clock::now();
    const auto model =
        CausalLM::open(request.model, {.dtype = request.dtype, .residency = Residency::Resident});
    result["load_seconds"] = secondsSince(begin);
    const SpeedResult speed = measureSpeed(*model,
                                           {.promptTokens = request.promptTokens,
                                            .generatedTokens = request.generatedTokens,
                                            .repeats = request.repeats},
                                           step);
    result["speed"] = toJson(speed);
    result["benchmark"] = "decode";
    result["model"] = request.model.string();
    result["dtype"] = nameOf(request.dtype);
    return result;
}

Json benchmarkPerplexity(const PerplexityBenchmark& request, const BenchmarkStep& step)
{
    requirePositive({request.threads, request.repeats, request.batch},
                    "Threads, repeats and batch");
    at::set_num_threads(static_cast<int>(request.threads));
    Json result = benchmarkConditions(request.threads);
    const auto model =
        CausalLM::open(request.model, {.dtype = request.dtype, .residency = Residency::Streamed});
    DataSpec data = request.data;
    data.length = data.length == 0 ? model->config().maxPositions : data.length;
    const CalibrationSet windows =
        loadWindows(data, request.model, model->config().vocabSize, Windows::InOrder,
                    streamSeed(0, "evaluation"), {.builtin = request.builtinData});
    resetPeakRss();
    std::vector<double> rates, cpu;
    PerplexityResult measured;
    for (std::int64_t i = 0; i < request.repeats; ++i) {
        const auto begin = Clock::now();
        const std::clock_t cpuBegin = std::clock();
        measured =
            perplexity(*model, windows, request.batch, [&](std::int64_t done, std::int64_t total) {
                step(i * total + done, request.repeats * total);
            });
        rates.push_back(static_cast<double>(measured.windows) / secondsSince(begin));
        cpu.push_back(static_cast<double>(std::clock() - cpuBegin) / CLOCKS_PER_SEC /
                      static_cast<double>(measured.windows));
    }
    result["windows_per_second"] = median(rates);
    result["tokens_per_second"] = percentile(rates, 0.5) * static_cast<double>(measured.length);
    result["cpu_seconds_per_window"] = percentile(cpu, 0.5);
    result["peak_rss_bytes"] = peakRssBytes();
    result["perplexity"] = toJson(measured);
    result["data"] = dataProvenance(windows);
    result["benchmark"] = "perplexity";
    result["model"] = request.model.string();
    result["dtype"] = nameOf(request.dtype);
    result["batch"] = request.batch;
    result["repeats"] = request.repeats;
    return result;
}

} // namespace espalier
