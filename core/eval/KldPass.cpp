// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/KldPass.h"

#include "core/base/Error.h"
#include "core/eval/ChunkPass.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace espalier {

namespace {

constexpr std::int64_t kLogitBytes = 16 << 20;
/// Below this a base log-probability adds nothing to a divergence, as in llama.cpp.
constexpr float kFaintest = -16.0F;

/// Calls `use(row, logits)` with a tile of rows over the whole vocabulary on the CPU.
void forLogits(const CausalLM& model, const Tensor& normed,
               const std::function<void(std::int64_t row, const Tensor& logits)>& use)
{
    const std::int64_t rowBytes =
        model.config().vocabSize * static_cast<std::int64_t>(sizeof(float));
    const std::int64_t tile = std::max<std::int64_t>(kLogitBytes / rowBytes, 1);
    for (std::int64_t row = 0; row < normed.size(0); row += tile) {
        const std::int64_t count = std::min(tile, normed.size(0) - row);
        use(row, model.head(normed.narrow(0, row, count)).cpu().contiguous());
    }
}

float logSumOf(std::span<const float> logits)
{
    const float highest = *std::ranges::max_element(logits);
    double sum = 0.0;
    for (const float logit : logits) {
        sum += static_cast<double>(std::exp(logit - highest));
    }
    return highest + static_cast<float>(std::log(sum));
}

KldToken compareRow(std::span<const float> logits, const KldBaseRow& base, std::size_t actual)
{
    const auto top = std::ranges::max_element(logits);
    const float logSum = logSumOf(logits);
    double kld = 0.0;
    std::size_t baseTop = 0;
    float highest = base.logProbability(0);
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const float logP = base.logProbability(i);
        if (logP > highest) {
            highest = logP;
            baseTop = i;
        }
        if (logP > kFaintest) {
            kld += static_cast<double>(std::exp(logP) * (logP - logits[i] + logSum));
        }
    }
    const float nll = logSum - logits[actual];
    const float baseNll = -base.logProbability(actual);
    return {.kld = static_cast<float>(kld),
            .nll = nll,
            .baseNll = baseNll,
            .probabilityDifference = std::exp(-nll) - std::exp(-baseNll),
            .sameTop = static_cast<std::size_t>(top - logits.begin()) == baseTop};
}

void checkToken(const KldToken& token, std::int64_t chunk, std::int64_t chunks)
{
    if (!std::isfinite(token.kld) || !std::isfinite(token.nll)) {
        throw Error(ErrorCode::Numeric,
                    "The divergence in chunk " + std::to_string(chunk + 1) + " of " +
                        std::to_string(chunks) +
                        " is not a number: the model's weights or activations overflow there.");
    }
}

} // namespace

WrittenKldBase writeKldBase(CausalLM& model, std::span<const std::int32_t> tokens,
                            const ChunkOptions& options, const Path& file, const StepFunction& step)
{
    const std::int64_t chunks = chunkCount(tokens.size(), options);
    const KldBaseHeader header{
        .length = options.length, .vocabulary = model.config().vocabSize, .chunks = chunks};
    KldBaseWriter writer(file, header,
                         tokens.first(static_cast<std::size_t>(chunks * options.length)));
    const auto vocabulary = static_cast<std::size_t>(header.vocabulary);
    std::vector<std::vector<double>> losses(static_cast<std::size_t>(chunks));
    const auto write = [&](std::int64_t chunk, const Tensor& normed) {
        const std::int32_t* actual = tokens.data() + chunk * header.length + header.length / 2 + 1;
        forLogits(model, normed, [&](std::int64_t start, const Tensor& logits) {
            const float* values = logits.const_data_ptr<float>();
            for (std::int64_t i = 0; i < logits.size(0); ++i, values += vocabulary) {
                const std::span<const float> row(values, vocabulary);
                const float loss = logSumOf(row) - row[static_cast<std::size_t>(actual[start + i])];
                checkToken({.nll = loss}, chunk, chunks);
                losses[static_cast<std::size_t>(chunk)].push_back(loss);
                writer.row(row);
            }
        });
    };
    forChunks(model, chunkWindows(tokens, chunks, options), options.batch, step, write);
    writer.finish();
    return {header, chunkResult(losses, options.length)};
}

KldComparison compareWithKldBase(CausalLM& model, const Path& file, const ChunkOptions& options,
                                 const StepFunction& step)
{
    KldBaseReader base(file);
    KldComparison result{.header = base.header()};
    if (result.header.vocabulary != model.config().vocabSize) {
        throw Error(ErrorCode::InvalidInput, "The model's vocabulary has " +
                                                 std::to_string(model.config().vocabSize) +
                                                 " entries, that of " + file.string() + " has " +
                                                 std::to_string(result.header.vocabulary) +
                                                 ": their distributions cannot be compared.");
    }
    if (result.header.length > model.config().maxPositions) {
        throw Error(ErrorCode::InvalidInput, file.string() + " holds chunks of " +
                                                 std::to_string(result.header.length) +
                                                 " tokens, the model's context " +
                                                 std::to_string(model.config().maxPositions) + ".");
    }
    ChunkOptions chunked = options;
    chunked.length = result.header.length;
    const std::int64_t first = result.header.length / 2;
    const auto vocabulary = static_cast<std::size_t>(result.header.vocabulary);
    const auto compare = [&](std::int64_t chunk, const Tensor& normed) {
        const std::vector<KldBaseRow> rows = base.nextChunk();
        const std::int32_t* actual =
            base.tokens().data() + chunk * result.header.length + first + 1;
        std::vector<KldToken> tokens(rows.size());
        forLogits(model, normed, [&](std::int64_t start, const Tensor& logits) {
            const float* values = logits.const_data_ptr<float>();
            at::parallel_for(0, logits.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
                for (std::int64_t i = begin; i < end; ++i) {
                    const auto row = static_cast<std::size_t>(start + i);
                    tokens[row] =
                        compareRow({values + static_cast<std::size_t>(i) * vocabulary, vocabulary},
                                   rows[row], static_cast<std::size_t>(actual[row]));
                }
            });
        });
        double sum = 0.0;
        for (const KldToken& token : tokens) {
            checkToken(token, chunk, result.header.chunks);
            sum += token.kld;
        }
        result.chunkMeans.push_back(sum / static_cast<double>(tokens.size()));
        result.tokens.insert(result.tokens.end(), tokens.begin(), tokens.end());
    };
    forChunks(model, chunkWindows(base.tokens(), result.header.chunks, chunked), options.batch,
              step, compare);
    return result;
}

} // namespace espalier
