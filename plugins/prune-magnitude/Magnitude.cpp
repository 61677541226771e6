// SPDX-License-Identifier: GPL-3.0-or-later
// Magnitude pruning: the smallest weights go. The baseline that other methods are measured against.
// Han, Pool, Tran, Dally: Learning both Weights and Connections for Efficient Neural Networks,
// NeurIPS 2015.
//
//   W  weight [outputs x inputs]        M  mask, true = keep        S  importance score |W|
#include "core/compress/Layerwise.h"
#include "core/compress/Masks.h"
#include "core/compress/PruneTarget.h"
#include "core/method/Method.h"
#include "core/method/PluginAbi.h"
#include "core/method/RunContext.h"
#include "plugins/prune-magnitude/GlobalQuota.h"

#include <ATen/ATen.h>

#include <numeric>

namespace espalier {

namespace {

/// Which weights compete with each other.
enum class Scope { Linear = 1, Row, Global };

std::vector<std::pair<Scope, std::string_view>> enumNames(Scope)
{
    return {{Scope::Linear, "linear"}, {Scope::Row, "row"}, {Scope::Global, "global"}};
}

struct MagnitudeParams {
    PruneTarget target = {};
    Scope scope = Scope::Linear;
    double cap = 1.0;
};

void fields(auto& field, MagnitudeParams& p)
{
    fields(field, p.target);
    field(p.scope, {.key = "scope",
                    .label = "Compare within",
                    .help = "Weights compete within their linear, within their output row, or over "
                            "the whole model."});
    field(p.cap, {.key = "cap",
                  .label = "Most sparsity of one linear",
                  .help = "With global scope: no linear loses more than this share of its weights.",
                  .domain = RealRange{.min = 0.0, .max = 1.0}});
}

/// fp32 at least, so that bf16 and fp16 weights rank by their exact values.
Tensor magnitude(const Tensor& W)
{
    return W.to(at::promote_types(W.scalar_type(), at::kFloat)).abs();
}

Tensor keep(const Tensor& S, const MagnitudeParams& p)
{
    if (const auto pattern = p.target.groups()) {
        return keepLargestInGroups(S, *pattern);
    }
    const double s = p.target.sparsity;
    if (p.scope == Scope::Row) {
        return p.target.referenceCount ? keepAboveThresholdPerRow(S, s) : keepLargestPerRow(S, s);
    }
    return p.target.referenceCount ? keepAboveThreshold(S, s) : keepLargest(S, s);
}

/// How many weights each linear loses when all of the model compete: two passes over the weights.
std::map<std::string, std::int64_t> globalQuotas(RunContext& run, const MagnitudeParams& p)
{
    Transformer& model = run.transformer();
    GlobalQuota ranking(p.target.sparsity, p.cap, p.target.counting());
    std::vector<std::int64_t> blocks(static_cast<std::size_t>(2 * model.blocks()));
    std::iota(blocks.begin(), blocks.end(), 0);
    const auto stage = run.stage("calibrate");
    for (const std::int64_t pass : run.track("Ranking the weights of block", blocks)) {
        const auto block = model.lease(pass % model.blocks());
        model.prefetch((pass + 1) % model.blocks());
        for (Linear* layer : block->linears()) {
            if (pass < model.blocks()) {
                ranking.countCoarsely(layer->name(), layer->weight());
            } else {
                ranking.countFinely(layer->weight());
            }
        }
    }
    return ranking.quotas();
}

class Magnitude final : public MethodOf<MagnitudeParams> {
public:
    MethodInfo info() const override
    {
        return {
            .id = "prune-magnitude",
            .title = "Magnitude",
            .summary = "Removes the smallest weights; needs no data.",
            .authors = "Han, Pool, Tran, Dally",
            .paper = "Song Han, Jeff Pool, John Tran, William J. Dally: Learning both Weights and "
                     "Connections for Efficient Neural Networks. NeurIPS 2015. arXiv:1506.02626",
            .bibtex =
                "@inproceedings{han2015learning,\n"
                "  title={Learning both Weights and Connections for Efficient Neural Networks},\n"
                "  author={Han, Song and Pool, Jeff and Tran, John and Dally, William J.},\n"
                "  booktitle={Advances in Neural Information Processing Systems},\n"
                "  year={2015}\n}",
            .year = 2015};
    }

    /// Calibration windows only serve to measure output errors.
    Needs needs() const override
    {
        return {.calibration = Need::Optional,
                .kinds = {ModelKind::CausalLM, ModelKind::Encoder, ModelKind::VisionEncoder,
                          ModelKind::LinearsOnly}};
    }

protected:
    void apply(RunContext& run, const MagnitudeParams& p) const override
    {
        if (p.scope != Scope::Global) {
            compressLayerwise(
                run,
                [&](Linear& layer) {
                    layer.setMask(keep(magnitude(layer.weight()), p)); // S = |W|
                },
                walkOptions(p.target));
            return;
        }
        const auto quotas = globalQuotas(run, p);
        compressLayerwise(
            run,
            [&](Linear& layer) {
                layer.setMask(keepAllBut(magnitude(layer.weight()), quotas.at(layer.name())));
            },
            walkOptions(p.target));
    }

    Expectation expect(const ModelConfig& config, const MagnitudeParams& p) const override
    {
        Expectation lines = expectDenseStorage(config, p.target);
        lines.push_back(
            {.kind = ExpectationLine::Kind::Quality,
             .tone = ExpectationLine::Tone::Caution,
             .headline = "A baseline: loses most of the one-shot methods",
             .detail = p.scope == Scope::Global
                           ? "One threshold for the whole model can empty linears whose weights "
                             "are small "
                             "throughout; the cap limits that."
                           : "It does not know which inputs are strong; Wanda and SparseGPT do."});
        return lines;
    }

    std::vector<ParamIssue> check(const MagnitudeParams& p,
                                  const ModelConfig* config) const override
    {
        std::vector<ParamIssue> issues = checkTarget(p.target, config);
        if (p.target.groups() && p.scope != Scope::Linear) {
            issues.push_back({.key = "scope",
                              .message = "With the pattern " + p.target.pattern +
                                         " weights compete within their groups, so scope has no "
                                         "say; leave it at linear.",
                              .suggestions = {"linear"}});
        }
        if (p.scope != Scope::Global && p.cap != MagnitudeParams{}.cap) {
            issues.push_back(
                {.key = "cap",
                 .message =
                     "A cap of " + toText(ParamValue(p.cap)) +
                     " only works with scope global, where linears may become unequally sparse.",
                 .suggestions = {MagnitudeParams{}.cap}});
        }
        if (p.scope == Scope::Global && p.cap < p.target.sparsity) {
            issues.push_back({.key = "cap",
                              .message = "No linear may lose more than " +
                                         toText(ParamValue(p.cap)) +
                                         ", so the whole model cannot reach sparsity " +
                                         toText(ParamValue(p.target.sparsity)) + ".",
                              .suggestions = {p.target.sparsity, MagnitudeParams{}.cap}});
        }
        return issues;
    }
};

} // namespace

} // namespace espalier

ESPALIER_PLUGIN(espalier::Magnitude)
