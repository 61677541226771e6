// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/ChunkedHeadLoss.h"

#include "core/base/Error.h"
#include "core/kernels/Gemm.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace espalier {

namespace {

struct ChunkLoss {
    Tensor total, crossEntropy, kl;  // [rows]
    std::vector<Tensor> divergences; // [rows] each
    Tensor gradient;                 // [rows x vocabulary], of `total`
};

Tensor logSoftmax(const Tensor& logits, double temperature)
{
    return at::log_softmax(temperature == 1 ? logits : logits / temperature, -1);
}

/// What a row's divergence is multiplied by in the total.
double divergenceFactor(const HeadLossOptions& options, double weight, std::int64_t vocabulary)
{
    const double T = options.temperature;
    const double squared = options.scale == TemperatureScale::Squared ? T * T : 1.0;
    return weight * squared / divisorOf(options.reduction, 1, vocabulary);
}

/// A weight of zero leaves a term out even where its value is infinite. `slope` is the weight of
/// its gradient.
void addTerm(ChunkLoss& chunk, const RowLosses& term, double weight, double slope)
{
    if (weight == 0) {
        return;
    }
    chunk.total.add_(term.values, weight);
    if (term.gradient.defined()) {
        const Tensor weighted = term.gradient * slope;
        chunk.gradient = chunk.gradient.defined() ? chunk.gradient.add_(weighted) : weighted;
    }
}

/// KL(teacher || student) at temperature 1, which is shown whatever is trained.
Tensor shownKl(const HeadLossOptions& options, const ChunkLoss& chunk, const Tensor& logP,
               const Tensor& logQ)
{
    for (std::size_t i = 0; options.temperature == 1 && i < options.divergences.size(); ++i) {
        if (options.divergences[i].kernel.kind == Divergence::ForwardKl) {
            return chunk.divergences[i];
        }
    }
    return divergenceRows({Divergence::ForwardKl}, logP, logQ, Gradients::NotWanted).values;
}

ChunkLoss lossOfChunk(const HeadLossOptions& options, const Tensor& teacherLogits,
                      const Tensor& studentLogits, const Tensor& targets, Gradients gradients)
{
    const double T = options.temperature;
    const bool isTaught = teacherLogits.defined();
    const Tensor logP = isTaught ? logSoftmax(teacherLogits, 1) : Tensor();
    const Tensor logQ = logSoftmax(studentLogits, 1);
    const Tensor softP = T == 1 || !isTaught ? logP : logSoftmax(teacherLogits, T);
    const Tensor softQ = T == 1 || !isTaught ? logQ : logSoftmax(studentLogits, T);
    const auto unlessZero = [&](double weight) {
        return weight == 0 ? Gradients::NotWanted : gradients;
    };

    ChunkLoss chunk;
    chunk.total = at::zeros({studentLogits.size(0)}, studentLogits.options());
    for (const DivergenceTerm& term : options.divergences) {
        const RowLosses divergence =
            divergenceRows(term.kernel, softP, softQ, unlessZero(term.weight));
        const double factor = divergenceFactor(options, term.weight, studentLogits.size(-1));
        addTerm(chunk, divergence, factor, factor / T);
        chunk.divergences.push_back(divergence.values);
    }
    const RowLosses crossEntropy =
        crossEntropyRows(logQ, targets, unlessZero(options.crossEntropyWeight));
    addTerm(chunk, crossEntropy, options.crossEntropyWeight, options.crossEntropyWeight);
    chunk.crossEntropy = crossEntropy.values;
    if (isTaught) {
        chunk.kl = shownKl(options, chunk, logP, logQ);
    }
    return chunk;
}

/// Element by element; either may be empty, which counts as zeros.
void addTo(std::vector<double>& sums, const std::vector<double>& more)
{
    sums.resize(std::max(sums.size(), more.size()));
    for (std::size_t i = 0; i < more.size(); ++i) {
        sums[i] += more[i];
    }
}

double sumOf(const Tensor& rows)
{
    return rows.sum(at::kDouble).item<double>();
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
    addTo(divergences, other.divergences);
    crossEntropy += other.crossEntropy;
    tokens += other.tokens;
    kl.insert(kl.end(), other.kl.begin(), other.kl.end());
}

HeadLossSums chunkedHeadLoss(const HeadLossOptions& options, const HeadInput& student,
                             const HeadInput& teacher, const Tensor& targets, double scale,
                             HeadGradients* gradients)
{
    const at::NoGradGuard noGrad;
    const std::int64_t tokens = student.hidden.size(0);
    const bool isTaught = teacher.hidden.defined();
    if (!isTaught && !options.divergences.empty()) {
        throw Error(ErrorCode::Internal, "A divergence is asked for and there is no teacher.");
    }
    const Tensor studentWeight = student.weight.detach();
    const Tensor backWeight =
        gradients != nullptr ? studentWeight.to(student.hidden.scalar_type()) : Tensor();
    HeadLossSums sums;
    sums.tokens = tokens;
    sums.divergences.resize(options.divergences.size());
    for (std::int64_t first = 0; first < tokens; first += options.chunkRows) {
        const std::int64_t rows = std::min(options.chunkRows, tokens - first);
        const Tensor hidden = student.hidden.narrow(0, first, rows);
        const Tensor studentLogits = logitsOf(hidden, studentWeight);
        const Tensor teacherLogits =
            isTaught ? logitsOf(teacher.hidden.narrow(0, first, rows), teacher.weight) : Tensor();
        ChunkLoss chunk =
            lossOfChunk(options, teacherLogits, studentLogits, targets.narrow(0, first, rows),
                        gradients != nullptr ? Gradients::Wanted : Gradients::NotWanted);
        sums.total += sumOf(chunk.total);
        for (std::size_t i = 0; i < chunk.divergences.size(); ++i) {
            sums.divergences[i] += sumOf(chunk.divergences[i]);
        }
        sums.crossEntropy += sumOf(chunk.crossEntropy);
        if (isTaught) {
            const Tensor kl = chunk.kl.to(at::kCPU, at::kDouble).contiguous();
            sums.kl.insert(sums.kl.end(), kl.const_data_ptr<double>(),
                           kl.const_data_ptr<double>() + rows);
        }
        if (gradients != nullptr) {
            const Tensor G = chunk.gradient.mul_(scale);
            gradients->hidden.narrow(0, first, rows).copy_(linearProduct(G, backWeight.t()));
            if (gradients->weight.defined()) {
                // Added in place: a product apart would fill another [vocabulary x hiddenSize]
                // first.
                gradients->weight.addmm_(G.t(), hidden);
            }
        }
    }
    return sums;
}

} // namespace espalier
