// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/ChunkedHeadLoss.h"

#include "core/kernels/Gemm.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace espalier {

namespace {

struct ChunkLoss {
    Tensor total, divergence, crossEntropy, kl; // [rows]
    Tensor gradient;                            // [rows x vocabulary], of `total`
};

Tensor logSoftmax(const Tensor& logits, double temperature)
{
    return at::log_softmax(temperature == 1 ? logits : logits / temperature, -1);
}

/// What a row's divergence is multiplied by in the total.
double divergenceFactor(const HeadLossOptions& options, std::int64_t vocabulary)
{
    const double T = options.temperature;
    const double squared = options.scale == TemperatureScale::Squared ? T * T : 1.0;
    return options.divergenceWeight * squared / divisorOf(options.reduction, 1, vocabulary);
}

ChunkLoss lossOfChunk(const HeadLossOptions& options, const Tensor& teacherLogits,
                      const Tensor& studentLogits, const Tensor& targets, Gradients gradients)
{
    const double T = options.temperature;
    const double factor = divergenceFactor(options, studentLogits.size(-1));
    const Tensor logP = logSoftmax(teacherLogits, 1);
    const Tensor logQ = logSoftmax(studentLogits, 1);
    const bool plain = T == 1;
    const RowLosses divergence =
        divergenceRows(options.divergence, plain ? logP : logSoftmax(teacherLogits, T),
                       plain ? logQ : logSoftmax(studentLogits, T),
                       options.divergenceWeight == 0 ? Gradients::NotWanted : gradients);
    const RowLosses crossEntropy = crossEntropyRows(
        logQ, targets, options.crossEntropyWeight == 0 ? Gradients::NotWanted : gradients);

    ChunkLoss chunk;
    chunk.divergence = divergence.values;
    chunk.crossEntropy = crossEntropy.values;
    const bool same = plain && options.divergence.kind == Divergence::ForwardKl;
    chunk.kl =
        same ? divergence.values
             : divergenceRows({Divergence::ForwardKl}, logP, logQ, Gradients::NotWanted).values;
    // A weight of zero leaves a term out even where its value is infinite.
    chunk.total = at::zeros_like(chunk.kl);
    if (options.divergenceWeight != 0) {
        chunk.total.add_(divergence.values, factor);
        if (divergence.gradient.defined()) {
            chunk.gradient = divergence.gradient * (factor / T);
        }
    }
    if (options.crossEntropyWeight != 0) {
        chunk.total.add_(crossEntropy.values, options.crossEntropyWeight);
        if (crossEntropy.gradient.defined()) {
            const Tensor weighted = crossEntropy.gradient * options.crossEntropyWeight;
            chunk.gradient = chunk.gradient.defined() ? chunk.gradient.add_(weighted) : weighted;
        }
    }
    return chunk;
}

double sumOf(const Tensor& rows)
{
    return rows.sum(torch::kDouble).item<double>();
}

/// In the type of the hidden states, never rounded to that of a narrower weight.
Tensor logitsOf(const Tensor& hidden, const Tensor& weight)
{
    return hidden.scalar_type() == weight.scalar_type() ? linearProduct(hidden, weight)
                                                        : linearProductFloat(hidden, weight);
}

} // namespace

void HeadLossSums::add(const HeadLossSums& other)
{
    total += other.total;
    divergence += other.divergence;
    crossEntropy += other.crossEntropy;
    tokens += other.tokens;
    kl.insert(kl.end(), other.kl.begin(), other.kl.end());
}

HeadLossSums chunkedHeadLoss(const HeadLossOptions& options, const HeadInput& student,
                             const HeadInput& teacher, const Tensor& targets, double scale,
                             HeadGradients* gradients)
{
    const torch::NoGradGuard noGrad;
    const std::int64_t tokens = student.hidden.size(0);
    const Tensor studentWeight = student.weight.detach();
    const Tensor backWeight =
        gradients != nullptr ? studentWeight.to(student.hidden.scalar_type()) : Tensor();
    HeadLossSums sums;
    sums.tokens = tokens;
    for (std::int64_t first = 0; first < tokens; first += options.chunkRows) {
        const std::int64_t rows = std::min(options.chunkRows, tokens - first);
        const Tensor hidden = student.hidden.narrow(0, first, rows);
        const Tensor studentLogits = logitsOf(hidden, studentWeight);
        const Tensor teacherLogits =
            logitsOf(teacher.hidden.narrow(0, first, rows), teacher.weight);
        ChunkLoss chunk =
            lossOfChunk(options, teacherLogits, studentLogits, targets.narrow(0, first, rows),
                        gradients != nullptr ? Gradients::Wanted : Gradients::NotWanted);
        sums.total += sumOf(chunk.total);
        sums.divergence += sumOf(chunk.divergence);
        sums.crossEntropy += sumOf(chunk.crossEntropy);
        const Tensor kl = chunk.kl.to(torch::kCPU, torch::kDouble).contiguous();
        sums.kl.insert(sums.kl.end(), kl.const_data_ptr<double>(),
                       kl.const_data_ptr<double>() + rows);
        if (gradients != nullptr) {
            const Tensor G = chunk.gradient.mul_(scale);
            Tensor into = gradients->hidden.narrow(0, first, rows);
            at::mm_out(into, G, backWeight);
            if (gradients->weight.defined()) {
                gradients->weight.addmm_(G.t(), hidden);
            }
        }
    }
    return sums;
}

} // namespace espalier
