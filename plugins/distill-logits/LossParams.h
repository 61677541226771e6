// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/params/Params.h"
#include "core/train/Losses.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace espalier {

/// Every divergence by the name that parameters give it.
inline constexpr auto kDivergences = enumNames(Divergence{});

struct LossParams {
    Divergence divergence = Divergence::ForwardKl;
    double jsdBeta = 0.5, skewAlpha = 0.1;
    double klWeight = 1.0, ceWeight = 0.0;
    std::array<double, kDivergences.size()> addedWeights = {}; // in the order of kDivergences
    double temperature = 1.0;
    bool temperatureSquared = true;
    Reduction reduction = Reduction::PerToken;

    /// With the one of the two mixtures that the kind uses.
    DivergenceKernel kernelOf(Divergence kind) const
    {
        return {kind, kind == Divergence::JensenShannon ? jsdBeta : skewAlpha};
    }

    /// The soft terms: the chosen divergence, which is measured whatever its weight, then every
    /// other that has one. A weight added to the chosen divergence adds to its own.
    std::vector<DivergenceTerm> softTerms() const
    {
        std::vector<DivergenceTerm> terms{{kernelOf(divergence), klWeight}};
        for (std::size_t i = 0; i < kDivergences.size(); ++i) {
            const Divergence kind = kDivergences[i].first;
            if (kind == divergence) {
                terms.front().weight += addedWeights[i];
            } else if (addedWeights[i] != 0) {
                terms.push_back({kernelOf(kind), addedWeights[i]});
            }
        }
        return terms;
    }
};

/// The soft term and the mixtures that some divergences compare with.
void divergenceFields(auto& field, LossParams& p)
{
    field(p.divergence, {.key = "divergence",
                         .label = "Divergence",
                         .help = "How far the student's distribution q is from the teacher's p: "
                                 "forward KL(p||q) asks the "
                                 "student to cover all the teacher does, reverse KL(q||p) to "
                                 "commit to its likeliest part.",
                         .symbol = "D",
                         .group = "Loss"});
    field(p.jsdBeta, {.key = "jsd-beta",
                      .label = "Teacher's share in JSD",
                      .help = "Share of the teacher in the mixture of the Jensen-Shannon "
                              "divergence (jsd only); 0 is "
                              "forward KL, 1 reverse KL.",
                      .symbol = "beta",
                      .group = "Loss",
                      .advanced = true,
                      .domain = RealRange{.min = 0, .max = 1}});
    field(p.skewAlpha, {.key = "skew-alpha",
                        .label = "Skew",
                        .help = "Share of the first distribution in the mixture of the skew "
                                "divergences (those two only).",
                        .symbol = "alpha",
                        .group = "Loss",
                        .advanced = true,
                        .domain = RealRange{.min = 0, .max = 0.99}});
}

/// What each term counts in the sum: the chosen divergence, the hard term, every other divergence.
void weightFields(auto& field, LossParams& p)
{
    const RealRange weights{.min = 0, .max = 1e6};
    field(p.klWeight, {.key = "kl-weight",
                       .label = "Weight of the divergence",
                       .help = "Weight of the soft term: the chosen divergence from the teacher.",
                       .symbol = "alpha",
                       .group = "Loss",
                       .domain = weights});
    field(
        p.ceWeight,
        {.key = "ce-weight",
         .label = "Weight of the cross-entropy",
         .help = "Weight of the hard term: the cross-entropy of the tokens that really come next.",
         .group = "Loss",
         .domain = weights});
    for (std::size_t i = 0; i < p.addedWeights.size(); ++i) {
        const std::string name(kDivergences[i].second);
        field(p.addedWeights[i], {.key = name + "-weight",
                                  .label = "Added " + name,
                                  .help = "Weight of " + name +
                                          " as a soft term beside the chosen divergence, at the "
                                          "same temperature; 0 leaves it out.",
                                  .group = "Loss",
                                  .advanced = true,
                                  .domain = weights});
    }
}

/// What the soft terms are measured at and divided by.
void scaleFields(auto& field, LossParams& p)
{
    field(p.temperature, {.key = "temperature",
                          .label = "Temperature",
                          .help = "Both models' logits are divided by it in the soft terms; more "
                                  "than 1 softens the targets.",
                          .symbol = "T",
                          .group = "Loss",
                          .domain = RealRange{.min = 0.05, .max = 100}});
    field(p.temperatureSquared,
          {.key = "temperature-squared",
           .label = "Multiply by T^2",
           .help = "Multiplies the soft terms by T^2, so that their gradient keeps its size when T "
                   "changes.",
           .group = "Loss",
           .advanced = true});
    field(p.reduction,
          {.key = "reduction",
           .label = "Mean over",
           .help = "The soft terms are a mean over scored tokens, or over tokens times "
                   "vocabulary, which is "
                   "weaker by the vocabulary's size (as in some published code).",
           .group = "Loss",
           .advanced = true});
}

void lossFields(auto& field, LossParams& p)
{
    divergenceFields(field, p);
    weightFields(field, p);
    scaleFields(field, p);
}

inline std::vector<ParamIssue> issuesOf(const LossParams& p)
{
    std::vector<ParamIssue> found;
    const std::vector<DivergenceTerm> terms = p.softTerms();
    const bool softNothing =
        std::ranges::all_of(terms, [](const auto& t) { return t.weight == 0; });
    if (softNothing && p.ceWeight == 0) {
        found.push_back({.key = "kl-weight",
                         .message = "kl-weight, ce-weight and the weights of added divergences are "
                                    "all 0, so there is nothing to learn from.",
                         .suggestions = {1.0}});
    }
    const bool atAnEnd = p.jsdBeta == 0 || p.jsdBeta == 1;
    const bool hasJsd = std::ranges::any_of(
        terms, [](const auto& t) { return t.kernel.kind == Divergence::JensenShannon; });
    if (hasJsd && !atAnEnd && (p.jsdBeta < 0.05 || p.jsdBeta > 0.95)) {
        found.push_back(
            {.key = "jsd-beta",
             .message =
                 "With a teacher's share of " + toText(p.jsdBeta) +
                 " the divergence and its gradient are nearly zero; exactly 0 is forward KL and "
                 "exactly 1 reverse KL.",
             .suggestions = {0.1, 0.9},
             .blocks = false});
    }
    return found;
}

} // namespace espalier
