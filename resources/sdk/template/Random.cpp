// SPDX-License-Identifier: GPL-3.0-or-later
// Random pruning: weights go by lot. What any importance score has to beat.
//
//   W  weight [outputs x inputs]        S  importance score, uniform in [0, 1)        M  mask, true
//   = keep
#include "core/compress/Layerwise.h"
#include "core/compress/Masks.h"
#include "core/compress/PruneTarget.h"
#include "core/method/Method.h"
#include "core/method/PluginAbi.h"
#include "core/method/RunContext.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

namespace espalier {

namespace {

struct RandomParams {
    double sparsity = 0.5;
};

void fields(auto& field, RandomParams& p)
{
    field(p.sparsity, {.key = "sparsity",
                       .label = "Target sparsity",
                       .help = "Share of the weights set to zero in every linear of a block.",
                       .symbol = "s",
                       .domain = RealRange{.min = 0.0, .max = 0.99}});
}

class RandomPruning final : public MethodOf<RandomParams> {
public:
    MethodInfo info() const override
    {
        return {.id = "prune-random",
                .title = "Random",
                .summary = "Removes weights by lot; the baseline below all baselines.",
                .authors = "-",
                .paper = "None: a control, not a method."};
    }

    Needs needs() const override { return {.calibration = Need::Optional}; }

protected:
    void apply(RunContext& run, const RandomParams& p) const override
    {
        compressLayerwise(run, [&](Linear& layer) {
            // A stream for every linear: a resumed run draws what an undisturbed one draws.
            at::Generator lots = at::detail::createCPUGenerator(run.seed(layer.name()));
            const Tensor S = at::rand(layer.weight().sizes(), lots, at::dtype(at::kFloat));
            layer.setMask(keepLargest(S, p.sparsity));
        });
    }

    Expectation expect(const ModelConfig& config, const RandomParams& p) const override
    {
        Expectation lines = expectDenseStorage(config, {.sparsity = p.sparsity});
        lines.push_back({.kind = ExpectationLine::Kind::Quality,
                         .tone = ExpectationLine::Tone::Caution,
                         .headline = "A control: every other method should lose less"});
        return lines;
    }
};

} // namespace

} // namespace espalier

ESPALIER_PLUGIN(espalier::RandomPruning)
