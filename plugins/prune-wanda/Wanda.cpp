// SPDX-License-Identifier: GPL-3.0-or-later
// Wanda: pruning by weights and activations.
// Sun, Liu, Bair, Kolter: A Simple and Effective Pruning Approach for Large Language Models, ICLR
// 2024.
//
//   W  weight [outputs x inputs]                  X  calibration inputs [tokens x inputs]
//   S  importance score [outputs x inputs]        M  mask, true = keep
#include "core/compress/Layerwise.h"
#include "core/compress/Masks.h"
#include "core/compress/PruneTarget.h"
#include "core/method/Method.h"
#include "core/method/PluginAbi.h"
#include "core/method/RunContext.h"

#include <ATen/ATen.h>

namespace espalier {

namespace {

struct WandaParams {
    PruneTarget target = {};
};

void fields(auto& field, WandaParams& p)
{
    fields(field, p.target);
}

/// Norm of each input feature over all calibration tokens, ||X_j||_2; summed in fp64.
struct FeatureNorm {
    Tensor sumOfSquares = {};

    void add(const Tensor& X)
    {
        const Tensor sum =
            X.to(at::promote_types(X.scalar_type(), at::kFloat)).square().sum(0).to(at::kDouble);
        sumOfSquares = sumOfSquares.defined() ? sumOfSquares + sum : sum;
    }

    Tensor l2() const { return sumOfSquares.sqrt(); }
};

/// Section 3, "Comparison Group": weights compete within their output row, or within N:M groups of
/// it.
Tensor keep(const Tensor& S, const PruneTarget& target)
{
    if (const auto pattern = target.groups()) {
        return keepLargestInGroups(S, *pattern);
    }
    return keepAllButPerRow(S, prunedCount(S.size(1), target.sparsity, target.counting()));
}

class Wanda final : public MethodOf<WandaParams> {
public:
    MethodInfo info() const override
    {
        return {
            .id = "prune-wanda",
            .title = "Wanda",
            .summary =
                "Removes weights that are small where their input is weak; one pass, no update.",
            .authors = "Sun, Liu, Bair, Kolter",
            .paper = "Mingjie Sun, Zhuang Liu, Anna Bair, J. Zico Kolter: A Simple and Effective "
                     "Pruning Approach for Large Language Models. ICLR 2024. arXiv:2306.11695",
            .bibtex =
                "@inproceedings{sun2024wanda,\n"
                "  title={A Simple and Effective Pruning Approach for Large Language Models},\n"
                "  author={Sun, Mingjie and Liu, Zhuang and Bair, Anna and Kolter, J. Zico},\n"
                "  booktitle={International Conference on Learning Representations},\n"
                "  year={2024}\n}",
            .year = 2024};
    }

    Needs needs() const override { return {.calibration = Need::Required}; }

protected:
    void apply(RunContext& run, const WandaParams& p) const override
    {
        compressLayerwise<FeatureNorm>(
            run,
            [&](Linear& layer, const FeatureNorm& X) {
                const Tensor norm = X.l2();
                const Tensor W =
                    layer.weight().to(at::promote_types(layer.weight().scalar_type(), at::kFloat));
                const Tensor S = W.abs() * norm.to(W.scalar_type()); // eq. (1)
                layer.setMask(keep(S, p.target));
            },
            walkOptions(p.target));
    }

    Expectation expect(const ModelConfig& config, const WandaParams& p) const override
    {
        Expectation lines = expectDenseStorage(config, p.target);
        lines.push_back(
            {.kind = ExpectationLine::Kind::Quality,
             .tone = p.target.aim() > 0.6 ? ExpectationLine::Tone::Caution
                                          : ExpectationLine::Tone::Neutral,
             .headline = "Kept weights stay as they are",
             .detail =
                 "Usually better than magnitude where some input features are much stronger than "
                 "others; above 60 % SparseGPT, which updates the kept weights, loses less."});
        return lines;
    }

    std::vector<ParamIssue> check(const WandaParams& p, const ModelConfig* config) const override
    {
        return checkTarget(p.target, config);
    }
};

} // namespace

} // namespace espalier

ESPALIER_PLUGIN(espalier::Wanda)
