// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/HeadLoss.h"

#include "core/eval/PackedHeadLoss.h"
#include "core/kernels/Gemm.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace espalier {

namespace {

// 896 x 6144 logits: large enough for the product to run at full speed, small enough to stay cheap.
constexpr std::int64_t kTileRows = 896;
constexpr std::int64_t kTileVocabulary = 6144;
constexpr std::int64_t kStripBytes = 512
                                     << 10; // what a thread reduces at a time: fits in its L2 cache
constexpr std::int64_t kCompareBytes = 16 << 20;

/// Logits of the vocabulary entries [first, first + count), fp32, on the CPU, where rows are
/// reduced.
Tensor headTile(const CausalLM& model, const Tensor& normed, std::int64_t first, std::int64_t count)
{
    const Tensor weight = model.headWeight().narrow(0, first, count);
    return linearProductFloat(normed, weight).cpu();
}

/// Column of the largest value of every row; at::argmax takes ten times as long for rows of a few
/// hundred.
Tensor mostLikely(const Tensor& rows)
{
    return std::get<1>(at::max(rows, 1));
}

std::int64_t stripRows(std::int64_t columns)
{
    const std::int64_t rowBytes = columns * static_cast<std::int64_t>(sizeof(float));
    return std::max<std::int64_t>(kStripBytes / rowBytes, 1);
}

/// Calls body(first, count) for strips of rows, strips spread over the threads. Rows do not depend
/// on each other, so the number of threads changes no bit.
template <class Body>
void forStrips(std::int64_t rows, std::int64_t columns, const Body& body)
{
    const std::int64_t strip = stripRows(columns);
    const std::int64_t strips = (rows + strip - 1) / strip;
    at::parallel_for(0, strips, 1, [&](std::int64_t begin, std::int64_t end) {
        const at::NoGradGuard noGrad; // per thread
        for (std::int64_t i = begin; i < end; ++i) {
            body(i * strip, std::min(strip, rows - i * strip));
        }
    });
}

/// Log-sum-exp of rows whose logits come tile by tile, and the logit of each row's target.
struct OnlineLosses {
    explicit OnlineLosses(std::int64_t rows)
        : highest(at::full({rows}, -std::numeric_limits<float>::infinity()))
        , sum(at::zeros({rows}))
        , target(static_cast<std::size_t>(rows), 0.0F)
    {
    }

    void add(Tensor& tile, const std::int64_t* targets, std::int64_t firstColumn)
    {
        const std::int64_t columns = tile.size(1);
        const float* values = tile.const_data_ptr<float>();
        forStrips(tile.size(0), columns, [&](std::int64_t first, std::int64_t count) {
            for (std::int64_t row = first; row < first + count; ++row) {
                const std::int64_t column = targets[row] - firstColumn;
                if (column >= 0 && column < columns) {
                    target[static_cast<std::size_t>(row)] = values[row * columns + column];
                }
            }
            Tensor strip = tile.narrow(0, first, count);
            Tensor highestSoFar = highest.narrow(0, first, count);
            const Tensor next = at::maximum(highestSoFar, strip.amax(1));
            sum.narrow(0, first, count)
                .mul_(highestSoFar.sub_(next).exp_())
                .add_(strip.sub_(next.unsqueeze(1)).exp_().sum(1));
            highestSoFar.copy_(next);
        });
    }

    double loss(std::int64_t row) const
    {
        const double most = highest.const_data_ptr<float>()[row];
        const double total = sum.const_data_ptr<float>()[row];
        return most + std::log(total) - target[static_cast<std::size_t>(row)];
    }

    bool isGreedy(std::int64_t row) const
    {
        return target[static_cast<std::size_t>(row)] >= highest.const_data_ptr<float>()[row];
    }

    Tensor highest, sum;
    std::vector<float> target;
};

} // namespace

std::vector<TokenLoss> headTokenLosses(const CausalLM& model, const Tensor& normed,
                                       const Tensor& targets)
{
    std::vector<TokenLoss> losses;
    if (canPackHead(model)) {
        for (const PackedLoss& row : packedHeadLosses(model, normed, targets)) {
            losses.push_back({.loss = row.loss, .isGreedy = row.isGreedy});
        }
        return losses;
    }
    const std::int64_t vocabulary = model.headWeight().size(0);
    const Tensor ids = targets.cpu().contiguous();
    losses.reserve(static_cast<std::size_t>(normed.size(0)));
    for (std::int64_t row = 0; row < normed.size(0); row += kTileRows) {
        const std::int64_t rows = std::min(kTileRows, normed.size(0) - row);
        OnlineLosses online(rows);
        for (std::int64_t column = 0; column < vocabulary; column += kTileVocabulary) {
            Tensor tile = headTile(model, normed.narrow(0, row, rows), column,
                                   std::min(kTileVocabulary, vocabulary - column));
            online.add(tile, ids.const_data_ptr<std::int64_t>() + row, column);
        }
        for (std::int64_t i = 0; i < rows; ++i) {
            losses.push_back({.loss = online.loss(i), .isGreedy = online.isGreedy(i)});
        }
    }
    return losses;
}

std::vector<double> headCrossEntropy(const CausalLM& model, const Tensor& normed,
                                     const Tensor& targets)
{
    std::vector<double> losses;
    for (const TokenLoss& token : headTokenLosses(model, normed, targets)) {
        losses.push_back(token.loss);
    }
    return losses;
}

std::vector<TokenComparison> compareHeads(const CausalLM& model, const Tensor& normed,
                                          const CausalLM& reference, const Tensor& referenceNormed,
                                          const Tensor& targets)
{
    const std::int64_t vocabulary = model.headWeight().size(0);
    const std::int64_t rows = normed.size(0);
    const std::int64_t rowBytes = vocabulary * static_cast<std::int64_t>(sizeof(float));
    const std::int64_t chunk = std::max<std::int64_t>(kCompareBytes / rowBytes, 1);
    const Tensor ids = targets.cpu().contiguous();
    std::vector<TokenComparison> results(static_cast<std::size_t>(rows));
    for (std::int64_t start = 0; start < rows; start += chunk) {
        const std::int64_t count = std::min(chunk, rows - start);
        const Tensor logits = headTile(model, normed.narrow(0, start, count), 0, vocabulary);
        const Tensor base =
            headTile(reference, referenceNormed.narrow(0, start, count), 0, vocabulary);
        forStrips(count, vocabulary, [&](std::int64_t first, std::int64_t stripCount) {
            const Tensor logP = at::log_softmax(base.narrow(0, first, stripCount), 1);
            const Tensor logQ = at::log_softmax(logits.narrow(0, first, stripCount), 1);
            const Tensor sameTop = mostLikely(logP) == mostLikely(logQ);
            const Tensor kl = (logP - logQ).mul_(logP.exp()).sum(1);
            for (std::int64_t i = 0; i < stripCount; ++i) {
                const std::int64_t row = start + first + i;
                const std::int64_t at = i * vocabulary + ids.const_data_ptr<std::int64_t>()[row];
                const float p = logP.const_data_ptr<float>()[at];
                const float q = logQ.const_data_ptr<float>()[at];
                results[static_cast<std::size_t>(row)] = {
                    .kl = kl.const_data_ptr<float>()[i],
                    .probabilityDifference = std::exp(q) - std::exp(p),
                    .loss = -static_cast<double>(q),
                    .referenceLoss = -static_cast<double>(p),
                    .sameTop = sameTop.const_data_ptr<bool>()[i]};
            }
        });
    }
    return results;
}

} // namespace espalier
