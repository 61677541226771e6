// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/EvaluateFolder.h"

#include "core/base/Error.h"
#include "core/base/SeedStream.h"
#include "core/eval/Evaluation.h"
#include "core/eval/PerplexityProtocol.h"
#include "core/jobs/Provenance.h"
#include "core/tokenizer/VocabularyCheck.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace espalier {

namespace {

constexpr std::int64_t kLongestDefaultWindow = 2048;

CalibrationSet windowsOf(const EvaluateRequest& request, const ModelConfig& config)
{
    DataSpec data = request.evaluation.data;
    if (data.source.empty()) {
        throw Error(
            ErrorCode::InvalidInput,
            "The evaluation " + request.evaluation.kind +
                " needs data. Give it with --data, for example --data builtin:tinystories.");
    }
    if (data.length == 0) {
        data.length = std::min(config.maxPositions, kLongestDefaultWindow);
    }
    if (data.length > config.maxPositions) {
        throw Error(ErrorCode::InvalidInput,
                    "Windows of " + std::to_string(data.length) +
                        " tokens are asked for, the model's context holds " +
                        std::to_string(config.maxPositions) + ". Use --length " +
                        std::to_string(config.maxPositions) + " or less.");
    }
    return loadWindows(data, request.model, config.vocabSize, Windows::InOrder,
                       streamSeed(0, "evaluation"), {.builtin = request.builtinData});
}

Json measure(const EvaluateRequest& request, const StepFunction& step)
{
    const std::string& kind = request.evaluation.kind;
    if (kind == "footprint") {
        return toJson(footprint(request.model, step));
    }
    const LoadOptions options{.dtype = request.dtype, .residency = Residency::Streamed};
    const auto model = CausalLM::open(request.model, options);
    if (kind == "speed") {
        return toJson(measureSpeed(*model, speedOptionsFor(model->config()), step));
    }
    const CalibrationSet data = windowsOf(request, model->config());
    Json result;
    if (kind == "perplexity") {
        result = toJson(perplexity(*model, data, request.batch, step));
        result["protocol"] = nameOf(PerplexityProtocol::Scripts);
        result["n"] = result["windows"];
    } else if (kind == "divergence") {
        if (request.reference.empty()) {
            throw Error(ErrorCode::InvalidInput, "Divergence is measured against a reference "
                                                 "model. Name its folder with --reference.");
        }
        const auto reference = CausalLM::open(request.reference, options);
        const std::string note = requireSameVocabulary(
            {request.model, model->config().vocabSize},
            {request.reference, reference->config().vocabSize}, wordsOfDivergence("reference"));
        result = toJson(divergence(*model, *reference, data, request.batch, step));
        if (!note.empty()) {
            result["warnings"] = Json::array({note});
        }
        result["reference"] = request.reference.string();
    } else {
        throw Error(ErrorCode::InvalidInput,
                    "There is no evaluation called \"" + kind +
                        "\". Known are perplexity, divergence, speed and footprint.");
    }
    result["data"] = dataProvenance(data);
    result["data"]["name"] = data.name;
    for (const char* key : {"name", "source", "tokenised", "text_fingerprint", "fingerprint"}) {
        result[key] = result["data"][key];
    }
    return result;
}

} // namespace

Json evaluateFolder(const EvaluateRequest& request, const ProgressFunction& progress)
{
    const auto threads = request.threads > 0
                             ? request.threads
                             : static_cast<std::int64_t>(std::thread::hardware_concurrency());
    at::set_num_threads(static_cast<int>(threads));
    resetPeakRss();
    const auto start = std::chrono::steady_clock::now();
    Json result = measure(request, progress);
    result["kind"] = request.evaluation.kind;
    result["model"] = request.model.string();
    result["threads"] = threads;
    result["dtype"] = nameOf(request.dtype);
    result["seconds"] =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    result["peak_rss_bytes"] = peakRssBytes();
    return result;
}

} // namespace espalier
