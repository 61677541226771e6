// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/base/SeedStream.h"
#include "core/eval/EvaluateTask.h"
#include "core/eval/FolderEvaluation.h"
#include "core/eval/HarnessJson.h"
#include "core/eval/KldPass.h"
#include "core/eval/ProtocolData.h"
#include "core/eval/ProtocolPasses.h"

#include <algorithm>
#include <utility>

namespace espalier {

namespace {

constexpr std::int64_t kWindowBatch = 4;
constexpr std::int64_t kSentenceBatch = 32;
constexpr std::int64_t kChunkLength = 512; // llama.cpp's default

struct Measured {
    ProtocolResult result = {};
    std::string name = {}, fingerprint = {};
    Json more = Json::object();
};

Measured measureScripts(const ProtocolEvaluation& request, CausalLM& model, std::int64_t batch,
                        const StepFunction& step)
{
    DataSpec data = request.data;
    data.length = windowLength(data.length, model.config());
    const CalibrationSet set =
        loadWindows(data, request.model, model.config().vocabSize, Windows::InOrder,
                    streamSeed(0, "evaluation"), {.builtin = request.builtinData});
    return {scriptsPerplexity(model, set, batch, step), set.name, set.fingerprint};
}

Measured measureChunks(const ProtocolEvaluation& request, CausalLM& model, std::int64_t batch,
                       const StepFunction& step)
{
    const ProtocolText text =
        loadProtocolText(request.data.source, {.builtin = request.builtinData});
    const PromptTokens prompts(request.model);
    const std::vector<std::int32_t> tokens = streamOf(text, prompts);
    const std::int64_t asked = request.data.length > 0 ? request.data.length : kChunkLength;
    const ChunkOptions options{.length = windowLength(asked, model.config()),
                               .chunks = request.data.windows,
                               .begin = prompts.beginAdded(),
                               .batch = batch};
    Measured measured{{}, text.name, text.fingerprint};
    if (request.writeKld.empty()) {
        measured.result = chunkPerplexity(model, tokens, options, step);
        return measured;
    }
    WrittenKldBase written = writeKldBase(model, tokens, options, request.writeKld, step);
    measured.more["kld_base"] = {{"file", request.writeKld.string()},
                                 {"bytes", written.header.bytes()},
                                 {"chunks", written.header.chunks}};
    measured.result = std::move(written.perplexity);
    return measured;
}

/// The first `windows` of what is there.
template <class T>
void limit(std::vector<T>& items, std::int64_t windows)
{
    if (windows > 0 && static_cast<std::size_t>(windows) < items.size()) {
        items.resize(static_cast<std::size_t>(windows));
    }
}

Measured measureDocuments(const ProtocolEvaluation& request, CausalLM& model, std::int64_t batch,
                          const StepFunction& step)
{
    const ProtocolText text =
        loadProtocolText(request.data.source, {.builtin = request.builtinData});
    const PromptTokens prompts(request.model);
    std::vector<RollingDocument> documents = rollingDocumentsOf(text, prompts);
    limit(documents, request.data.windows);
    const RollingOptions options{.length = windowLength(request.data.length, model.config()),
                                 .prefixToken = prompts.prefix(),
                                 .batch = batch};
    return {rollingPerplexity(model, documents, options, step), text.name, text.fingerprint};
}

Measured measureSentences(const ProtocolEvaluation& request, CausalLM& model, std::int64_t batch,
                          const StepFunction& step)
{
    const ProtocolText text =
        loadProtocolText(request.data.source, {.builtin = request.builtinData});
    const PromptTokens prompts(request.model);
    std::vector<std::vector<std::int32_t>> lines = sentencesOf(text, prompts);
    limit(lines, request.data.windows);
    const SentenceOptions options{.length = windowLength(request.data.length, model.config()),
                                  .start = prompts.begin(),
                                  .batch = batch};
    Measured measured{sentencePerplexity(model, lines, options, step), text.name, text.fingerprint};
    measured.more["starts_with"] =
        options.start ? Json(prompts.tokenizer().tokenOf(*options.start)) : Json();
    return measured;
}

Measured measure(const ProtocolEvaluation& request, CausalLM& model, std::int64_t batch,
                 const StepFunction& step)
{
    switch (request.protocol) {
    case PerplexityProtocol::Scripts:
        return measureScripts(request, model, batch, step);
    case PerplexityProtocol::LlamaCpp:
        return measureChunks(request, model, batch, step);
    case PerplexityProtocol::LmEval:
        return measureDocuments(request, model, batch, step);
    case PerplexityProtocol::PerSentence:
        break;
    }
    return measureSentences(request, model, batch, step);
}

/// Items as samples: what a paired test over them needs.
HarnessTask harnessTaskOf(const ProtocolEvaluation& request, const Measured& measured)
{
    const ProtocolResult& result = measured.result;
    HarnessTask task{
        .name = "perplexity_" + std::string(nameOf(result.protocol)),
        .version = "1.0",
        .outputType = "loglikelihood_rolling",
        .metrics = {{"perplexity", result.perplexity, false}},
        .available = static_cast<std::int64_t>(result.itemLosses.size()),
        .asked = static_cast<std::int64_t>(result.itemLosses.size()),
        .data = {{"source", request.data.source}, {"fingerprint", measured.fingerprint}}};
    if (result.wordPerplexity) {
        task.metrics.push_back({"word_perplexity", *result.wordPerplexity, false});
        task.metrics.push_back({"byte_perplexity", *result.bytePerplexity, false});
        task.metrics.push_back({"bits_per_byte", *result.bitsPerByte, false});
    }
    for (std::size_t i = 0; i < result.itemLosses.size(); ++i) {
        task.samples.push_back({{"doc_id", i},
                                {"metrics", {"nll"}},
                                {"filter", "none"},
                                {"nll", numberToJson(result.itemLosses[i])}});
    }
    return task;
}

void checkRequest(const ProtocolEvaluation& request)
{
    if (!request.writeKld.empty() && request.protocol != PerplexityProtocol::LlamaCpp) {
        throw Error(ErrorCode::InvalidInput,
                    "A file of base logits belongs to the protocol llama.cpp; the protocol asked "
                    "for is " +
                        std::string(nameOf(request.protocol)) + ".");
    }
    if (request.data.source.empty()) {
        throw Error(ErrorCode::InvalidInput,
                    "The evaluation perplexity needs data. Give it with --data, for example "
                    "--data builtin:tinystories.");
    }
}

} // namespace

Json evaluateProtocol(const ProtocolEvaluation& request, const ProgressFunction& progress)
{
    checkRequest(request);
    const bool isShort = request.protocol == PerplexityProtocol::PerSentence;
    const FolderEvaluation folder(request.model, request.compute,
                                  isShort ? kSentenceBatch : kWindowBatch);
    Measured measured;
    Json result = folder.measure([&](CausalLM& model) {
        measured = measure(request, model, folder.batch(), progress);
        return toJson(measured.result);
    });
    result.update(measured.more);
    result["kind"] = "perplexity";
    result["name"] = measured.name;
    result["source"] = request.data.source;
    result["fingerprint"] = measured.fingerprint;
    if (!request.output.empty()) {
        const HarnessRun run{.model = request.model.string(),
                             .dtype = std::string(nameOf(request.compute.dtype)),
                             .batch = folder.batch(),
                             .limit = request.data.windows,
                             .maxLength = measured.result.length,
                             .startedAt = result.at("started_at").get<double>(),
                             .endedAt = result.at("ended_at").get<double>()};
        Json files = Json::array();
        for (const Path& file :
             writeHarnessFiles(request.output, harnessTaskOf(request, measured), run)) {
            files.push_back(file.string());
        }
        result["written"] = files;
    }
    return result;
}

Json evaluateKld(const KldEvaluation& request, const ProgressFunction& progress)
{
    const FolderEvaluation folder(request.model, request.compute, kWindowBatch);
    Json result = folder.measure([&](CausalLM& model) {
        const PromptTokens prompts(request.model);
        const KldComparison compared =
            compareWithKldBase(model, request.base,
                               {.begin = prompts.beginAdded(), .batch = folder.batch()}, progress);
        const KldStatistics statistics = kldStatistics(compared.tokens);
        Json figures = toJson(statistics);
        figures["text"] = kldText(statistics);
        figures["n"] = compared.tokens.size();
        figures["chunks"] = compared.header.chunks;
        figures["length"] = compared.header.length;
        return figures;
    });
    result["kind"] = "divergence";
    result["protocol"] = "llama.cpp base logits";
    result["base"] = request.base.string();
    return result;
}

} // namespace espalier
