// SPDX-License-Identifier: GPL-3.0-or-later
// SparseGPT: one-shot pruning that makes up for what it removes.
// Frantar, Alistarh: SparseGPT: Massive Language Models Can Be Accurately Pruned in One-Shot, ICML
// 2023.
//
//   W  weight [outputs R x inputs C]          H  2 / N sum x x^T over the calibration tokens [C x
//   C] M  mask, true = keep                      U  upper factor, U^T U = (H + lambda I)^-1 B
//   columns that are pruned together       E  errors of the pruned columns, (w - 0) / U_jj
#include "core/compress/Hessian.h"
#include "core/compress/Layerwise.h"
#include "core/compress/Masks.h"
#include "core/compress/PruneTarget.h"
#include "core/method/Method.h"
#include "core/method/PluginAbi.h"
#include "core/method/RunContext.h"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace espalier {

namespace {

struct SparseGptParams {
    PruneTarget target = {};
    std::int64_t blockSize = 128;
    double damping = 0.01;
    HessianPrecision precision = HessianPrecision::Float32;
};

void fields(auto& field, SparseGptParams& p)
{
    fields(field, p.target);
    field(p.blockSize,
          {.key = "block-size",
           .label = "Block size",
           .help = "Columns whose weights compete with each other and are pruned together.",
           .unit = "columns",
           .symbol = "B",
           .domain = IntRange{.min = 1, .max = 1 << 20}});
    field(p.damping, {.key = "damping",
                      .label = "Damping",
                      .help = "Added to the Hessian's diagonal, as a share of its mean.",
                      .symbol = "lambda",
                      .domain = RealRange{.min = 0.0, .max = 10.0, .logarithmic = true}});
    field(p.precision,
          {.key = "hessian-precision",
           .label = "Hessian precision",
           .help = "Number type of the sums and the solve; mixed is fp64 for up to 1024 inputs.",
           .advanced = true});
}

struct Solution {
    Tensor W, M;
    double loss = 0.0; // sum of E^2 / 2
};

/// The mask of columns [begin, begin + S columns) from their scores.
using ChooseMask = std::function<Tensor(const Tensor& S, std::int64_t begin)>;

/// Eq. (3) of the paper, w_m^2 / [H^-1]_mm, with the weights as they are now.
Tensor scores(const Tensor& W, const Tensor& U)
{
    return (W / U.diagonal()).square();
}

/// Columns of one block as plain memory; the rows of W, M and E lie one after the other.
template <class T>
struct Tile {
    T* W;
    bool* M;
    T* E;
    const T* U;
    std::int64_t columns;
};

/// N:M: within each group the N lowest scores go, lower index first.
template <class T>
void chooseGroup(const Tile<T>& tile, const T* w, bool* keep, std::int64_t begin,
                 const Pattern& pattern)
{
    std::fill_n(keep + begin, pattern.of, true);
    for (std::int64_t n = 0; n < pattern.removed; ++n) {
        std::int64_t lowest = -1;
        T lowestScore = 0;
        for (std::int64_t j = begin; j < begin + pattern.of; ++j) {
            const T ratio = w[j] / tile.U[j * tile.columns + j];
            if (keep[j] && (lowest < 0 || ratio * ratio < lowestScore)) {
                lowest = j;
                lowestScore = ratio * ratio;
            }
        }
        keep[lowest] = false;
    }
}

/// Algorithm 1, inner loop for one row: each error is passed on to the columns right of it.
template <class T>
double sweepRow(const Tile<T>& tile, std::int64_t row, const std::optional<Pattern>& pattern)
{
    T* w = tile.W + row * tile.columns;
    bool* keep = tile.M + row * tile.columns;
    T* errors = tile.E + row * tile.columns;
    double loss = 0.0;
    for (std::int64_t j = 0; j < tile.columns; ++j) {
        if (pattern && j % pattern->of == 0) {
            chooseGroup(tile, w, keep, j, *pattern);
        }
        const T* u = tile.U + j * tile.columns;
        const T error = keep[j] ? T(0) : w[j] / u[j];
        errors[j] = error;
        if (keep[j]) {
            continue;
        }
        w[j] = 0;
        for (std::int64_t k = j + 1; k < tile.columns; ++k) {
            w[k] -= error * u[k];
        }
        loss += static_cast<double>(error) * static_cast<double>(error) / 2;
    }
    return loss;
}

/// All rows of one block; they are independent once the mask is known.
double sweepBlock(Tensor& W, Tensor& M, Tensor& E, const Tensor& U,
                  const std::optional<Pattern>& pattern)
{
    std::vector<double> losses(static_cast<std::size_t>(W.size(0)));
    AT_DISPATCH_FLOATING_TYPES(W.scalar_type(), "sweepBlock", [&] {
        const Tile<scalar_t> tile{W.data_ptr<scalar_t>(), M.data_ptr<bool>(),
                                  E.data_ptr<scalar_t>(), U.const_data_ptr<scalar_t>(), W.size(1)};
        at::parallel_for(0, W.size(0), 8, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t row = begin; row < end; ++row) {
                losses[static_cast<std::size_t>(row)] = sweepRow(tile, row, pattern);
            }
        });
    });
    // In row order, so that the number of threads does not show.
    return std::accumulate(losses.begin(), losses.end(), 0.0);
}

/// Algorithm 1, on the CPU. With a pattern masks are chosen group by group during the sweep, else
/// by `choose`.
Solution solve(const Tensor& weight, const Tensor& U, std::int64_t B, const ChooseMask& choose,
               const std::optional<Pattern>& pattern = {})
{
    if (pattern) {
        requireWholeGroups(weight, *pattern);
    }
    const std::int64_t C = weight.size(1);
    Solution result{weight.to(U.scalar_type()).clone(), at::ones(weight.sizes(), at::kBool)};
    Tensor& W = result.W;
    for (std::int64_t begin = 0; begin < C; begin += B) {
        const std::int64_t end = std::min(begin + B, C); // the last block may be short
        const Tensor tileOfU = U.slice(0, begin, end).slice(1, begin, end).contiguous();
        Tensor W1 = W.slice(1, begin, end).contiguous().clone();
        Tensor M1 = pattern ? at::ones(W1.sizes(), at::kBool)
                            : choose(scores(W1, tileOfU), begin).contiguous();
        Tensor E = at::empty_like(W1);
        result.loss += sweepBlock(W1, M1, E, tileOfU, pattern);
        W.slice(1, begin, end).copy_(W1);
        result.M.slice(1, begin, end).copy_(M1);
        if (end < C) { // lazy batched update of everything to the right
            Tensor rest = W.slice(1, end, C);
            rest.addmm_(E, U.slice(0, begin, end).slice(1, end, C), 1, -1);
        }
    }
    return result;
}

/// All rows of a block of columns compete with each other.
ChooseMask lowestOfBlock(const PruneTarget& target)
{
    return [target](const Tensor& S, std::int64_t) {
        return target.referenceCount ? keepAboveThreshold(S, target.sparsity)
                                     : keepLargest(S, target.sparsity);
    };
}

/// How far sum E^2 / 2 is from 1/2 tr(D (H + lambda I) D^T), D = W - What: exactly equal in theory.
double lossResidual(const Solution& solution, const Tensor& W, const Tensor& G, double scale,
                    double lambda)
{
    const Tensor D = W.to(solution.W.scalar_type()) - solution.W;
    const double squares = D.square().sum(at::kDouble).item<double>();
    const double expected = (scale * energy(D, G.to(D.scalar_type())) + lambda * squares) / 2;
    const double larger = std::max(solution.loss, expected);
    return larger > 0 ? std::abs(solution.loss - expected) / larger : 0.0;
}

constexpr double kLargestResidual = 1e-3;

class SparseGpt final : public MethodOf<SparseGptParams> {
public:
    MethodInfo info() const override
    {
        return {
            .id = "prune-sparsegpt",
            .title = "SparseGPT",
            .summary =
                "Prunes column by column and lets the remaining weights make up for each error.",
            .authors = "Frantar, Alistarh",
            .paper =
                "Elias Frantar, Dan Alistarh: SparseGPT: Massive Language Models Can Be Accurately "
                "Pruned in One-Shot. ICML 2023. arXiv:2301.00774",
            .bibtex = "@inproceedings{frantar2023sparsegpt,\n"
                      "  title={{SparseGPT}: Massive Language Models Can Be Accurately Pruned in "
                      "One-Shot},\n"
                      "  author={Frantar, Elias and Alistarh, Dan},\n"
                      "  booktitle={International Conference on Machine Learning},\n"
                      "  year={2023}\n}",
            .year = 2023};
    }

    Needs needs() const override { return {.calibration = Need::Required}; }

protected:
    void apply(RunContext& run, const SparseGptParams& p) const override
    {
        const std::int64_t sequences = run.calibration().tokens.size(0);
        const auto warn = [&](const std::string& text) { run.warn(text); };
        compressLayerwise<Hessian>(
            run,
            [&](Linear& layer, const Hessian& H) {
                const InverseFactor& factor = H.inverse(sequences, p.damping, layer.name(), warn);
                const Tensor W =
                    layer.weight().masked_fill(factor.dead, 0); // inputs that never fire
                const Solution pruned = solve(W.cpu(), factor.U.cpu(), p.blockSize,
                                              lowestOfBlock(p.target), p.target.groups());
                const double residual =
                    lossResidual(pruned, W.cpu(), H.gram().cpu(),
                                 2.0 / static_cast<double>(sequences), factor.lambda);
                layer.setWeight(pruned.W.to(layer.weight().scalar_type()));
                layer.setMask(pruned.M.to(W.device()));
                report(run, layer.name(), pruned.loss, residual);
            },
            [&] { return Hessian(p.precision); }, walkOptions(p.target));
    }

    Expectation expect(const ModelConfig& config, const SparseGptParams& p) const override
    {
        Expectation lines = expectDenseStorage(config, p.target);
        lines.push_back(
            {.kind = ExpectationLine::Kind::Quality,
             .tone = ExpectationLine::Tone::Neutral,
             .headline = "Kept weights change to make up for the removed ones",
             .detail =
                 "Usually the least loss of the one-shot methods here, at the price of one "
                 "factorisation for each group of linears; wants more calibration tokens than "
                 "the widest linear has inputs."});
        return lines;
    }

    std::vector<ParamIssue> check(const SparseGptParams& p,
                                  const ModelConfig* config) const override
    {
        std::vector<ParamIssue> issues = checkTarget(p.target, config);
        const auto pattern = p.target.groups();
        if (pattern && pattern->removed < pattern->of && p.blockSize % pattern->of != 0) {
            const std::int64_t below = p.blockSize / pattern->of * pattern->of;
            std::vector<ParamValue> suggestions;
            if (below > 0) {
                suggestions.emplace_back(below);
            }
            suggestions.emplace_back(below + pattern->of);
            issues.push_back({.key = "block-size",
                              .message = "Block size " + std::to_string(p.blockSize) +
                                         " is no multiple of " + std::to_string(pattern->of) +
                                         ", so the pattern " + p.target.pattern +
                                         " would not fit into the last group of a block.",
                              .suggestions = std::move(suggestions)});
        }
        return issues;
    }

private:
    static void report(RunContext& run, const std::string& name, double loss, double residual)
    {
        run.metrics().record("reconstruction_loss/" + name, 0, loss);
        run.metrics().record("loss_identity/" + name, 0, residual);
        if (!(residual <= kLargestResidual)) {
            run.warn("The solver's loss for " + name + " differs from the loss of its weights by " +
                     std::to_string(residual) +
                     " of it; set hessian-precision to fp64 or raise damping.");
        }
    }
};

} // namespace

} // namespace espalier

ESPALIER_PLUGIN(espalier::SparseGpt)
