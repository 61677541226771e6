// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/train/HeadProblem.h"

using namespace espalier;
using namespace espalier::test;

namespace {

/// Golden set G1: logits of one token, as hidden states in front of a head that passes them on.
Outcome goldenOne(const HeadLossOptions& options)
{
    const Tensor identity = at::eye(3, at::kDouble);
    Outcome outcome;
    outcome.gradients = {at::empty({1, 3}, at::kDouble), at::zeros({3, 3}, at::kDouble)};
    outcome.sums =
        chunkedHeadLoss(options, {row({1.5, 1.2, .3}), identity}, {row({2, 1, .1}), identity},
                        at::tensor({0}, at::kLong), 1.0, &outcome.gradients);
    return outcome;
}

HeadLossOptions soft(double temperature)
{
    return {.temperature = temperature};
}

std::vector<HeadLossOptions> mixedOptions()
{
    std::vector<HeadLossOptions> all;
    for (const auto kind :
         {Divergence::ForwardKl, Divergence::ReverseKl, Divergence::JensenShannon,
          Divergence::TotalVariation, Divergence::SkewForwardKl, Divergence::SkewReverseKl}) {
        all.push_back(
            {.divergences = {{{kind, 0.3}, 0.7}}, .crossEntropyWeight = 0.4, .temperature = 2.5});
    }
    all.push_back({.divergences = {{kForward, 1}}, .crossEntropyWeight = 0});
    all.push_back({.divergences = {{kForward, 0}}, .crossEntropyWeight = 1});
    all.push_back({.divergences = {}, .crossEntropyWeight = 1});
    all.push_back(fourTerms());
    all.push_back({.divergences = {{{Divergence::ReverseKl}, 0.5}, {kForward, 0.5}}});
    return all;
}

/// A divergence as one writes it down, summed over all rows.
Tensor wholeDivergence(const DivergenceKernel& kernel, const Tensor& P, const Tensor& Q)
{
    const double a = kernel.mixture;
    const auto kl = [](const Tensor& x, const Tensor& y) { return (x * (x / y).log()).sum(); };
    switch (kernel.kind) {
    case Divergence::ForwardKl:
        break;
    case Divergence::ReverseKl:
        return kl(Q, P);
    case Divergence::JensenShannon:
        return a * kl(P, a * P + (1 - a) * Q) + (1 - a) * kl(Q, a * P + (1 - a) * Q);
    case Divergence::TotalVariation:
        return 0.5 * (P - Q).abs().sum();
    case Divergence::SkewForwardKl:
        return kl(P, a * P + (1 - a) * Q);
    case Divergence::SkewReverseKl:
        return kl(Q, (1 - a) * P + a * Q);
    }
    return kl(P, Q);
}

/// The loss as one writes it down, with all logits and autograd.
Tensor wholeLoss(const HeadLossOptions& o, const Problem& p, const Tensor& hidden,
                 const Tensor& weight)
{
    const double T = o.temperature;
    const Tensor zS = at::linear(hidden, weight);
    const Tensor P = at::softmax(at::linear(p.teacher.hidden, p.teacher.weight) / T, -1);
    const Tensor Q = at::softmax(zS / T, -1);
    const Tensor hard = -at::log_softmax(zS, -1).gather(-1, p.targets.unsqueeze(-1)).sum();
    Tensor loss = o.crossEntropyWeight * hard;
    for (const DivergenceTerm& term : o.divergences) {
        loss = loss + term.weight * T * T * wholeDivergence(term.kernel, P, Q);
    }
    return loss;
}

} // namespace

TEST(goldenValuesOverTemperatures)
{
    COMPARE_CLOSE(goldenOne(soft(1)).sums.total, .05820659, 1e-8);
    COMPARE_CLOSE(goldenOne(soft(2)).sums.divergences.at(0), .01524076, 1e-8);
    COMPARE_CLOSE(goldenOne(soft(2)).sums.total, .06096304, 1e-8);
    COMPARE_CLOSE(goldenOne(soft(4)).sums.total, .05889621, 1e-8);
    COMPARE_CLOSE(goldenOne(soft(10)).sums.total, .05649036, 1e-8);
    COMPARE_CLOSE(goldenOne(soft(100)).sums.total, .05466369, 1e-8);
    COMPARE_CLOSE(goldenOne(soft(1e5)).sums.total, .05444444,
                  1e-6); // the limit: zero-mean logit matching
    const HeadLossOptions reverse{.divergences = {{{Divergence::ReverseKl}, 1}}};
    COMPARE_CLOSE(goldenOne(reverse).sums.divergences.at(0), .06029512, 1e-8);
}

TEST(goldenGradientsOverTemperatures)
{
    compareGradient(goldenOne(soft(1)), {-.169288, .120355, .048933}, 1e-6);
    compareGradient(goldenOne(soft(2)), {-.173335, .105845, .067490}, 1e-6);
    compareGradient(goldenOne(soft(1e5)), {-.155556, .077778, .077778}, 1e-5);
}

TEST(temperatureScaleIsASwitch)
{
    const Outcome plain = goldenOne({.temperature = 2, .scale = TemperatureScale::Plain});
    COMPARE_CLOSE(plain.sums.total, .01524076, 1e-8);
    compareGradient(plain, {-.173335 / 4, .105845 / 4, .067490 / 4}, 1e-6);
}

TEST(softAndHardAreWeighted)
{
    const Outcome both =
        goldenOne({.divergences = {{kForward, .5}}, .crossEntropyWeight = .5, .temperature = 2});
    COMPARE_CLOSE(both.sums.crossEntropy, .71393581, 1e-8);
    COMPARE_CLOSE(both.sums.total, .38744942, 1e-8);
    COMPARE_CLOSE(both.sums.kl.at(0), .05820659,
                  1e-8); // shown at temperature 1 whatever is trained
}

TEST(elementMeanIsWeakerByTheVocabulary)
{
    const HeadLossOptions options{
        .temperature = 2, .scale = TemperatureScale::Plain, .reduction = Reduction::PerElement};
    COMPARE_CLOSE(goldenOne(options).sums.total, .00508025, 1e-8);
    compareGradient(goldenOne(options), {-.173335 / 12, .105845 / 12, .067490 / 12}, 1e-6);
}

TEST(chunksGiveTheWhole)
{
    const Problem p = problem();
    const double scale = 1.0 / 37;
    for (const HeadLossOptions& options : mixedOptions()) {
        const Tensor hidden = p.student.hidden.clone().requires_grad_(true);
        const Tensor weight = p.student.weight.clone().requires_grad_(true);
        const Tensor whole = wholeLoss(options, p, hidden, weight);
        (whole * scale).backward();
        for (const std::int64_t rows : {1, 5, 16, 37, 256}) {
            HeadLossOptions chunked = options;
            chunked.chunkRows = rows;
            const Outcome outcome = outcomeOf(p, chunked, scale);
            COMPARE(outcome.sums.tokens, 37);
            COMPARE(outcome.sums.kl.size(), std::size_t{37});
            COMPARE_CLOSE(outcome.sums.total, whole.item<double>(), 1e-10);
            VERIFY(at::allclose(outcome.gradients.hidden, hidden.grad(), 1e-9, 1e-12));
            VERIFY(at::allclose(outcome.gradients.weight, weight.grad(), 1e-9, 1e-12));
        }
    }
}

TEST(singlePrecisionAgreesWithDouble)
{
    const Problem p = problem();
    const auto single = [](const HeadInput& input) {
        return HeadInput{input.hidden.to(at::kFloat), input.weight.to(at::kFloat)};
    };
    const Problem rounded{single(p.student), single(p.teacher), p.targets};
    for (HeadLossOptions options : mixedOptions()) {
        options.chunkRows = 16;
        const Outcome exact = outcomeOf(p, options, 1.0 / 37);
        const Outcome outcome = outcomeOf(rounded, options, 1.0 / 37);
        COMPARE_CLOSE(outcome.sums.total / exact.sums.total, 1, 1e-5);
        VERIFY(at::allclose(outcome.gradients.hidden.to(at::kDouble), exact.gradients.hidden, 1e-4,
                            1e-6));
        VERIFY(at::allclose(outcome.gradients.weight.to(at::kDouble), exact.gradients.weight, 1e-4,
                            1e-6));
        const Outcome again = outcomeOf(rounded, options, 1.0 / 37);
        VERIFY(at::equal(again.gradients.hidden, outcome.gradients.hidden));
        VERIFY(at::equal(again.gradients.weight, outcome.gradients.weight));
    }
}

TEST(headGradientIsAddedTo)
{
    const Problem p = problem();
    const Outcome first = outcomeOf(p, {}, 1.0);
    HeadGradients again{at::empty_like(p.student.hidden), first.gradients.weight.clone()};
    chunkedHeadLoss({}, p.student, p.teacher, p.targets, 1.0, &again);
    VERIFY(at::allclose(again.weight, 2 * first.gradients.weight));
    VERIFY(at::equal(again.hidden, first.gradients.hidden));
}

TEST(frozenHeadNeedsNoBuffer)
{
    const Problem p = problem();
    HeadGradients gradients{at::empty_like(p.student.hidden), {}};
    chunkedHeadLoss({}, p.student, p.teacher, p.targets, 1.0, &gradients);
    VERIFY(at::equal(gradients.hidden, outcomeOf(p, {}, 1.0).gradients.hidden));
}

TEST(valuesWithoutGradientsAreTheSame)
{
    const Problem p = problem();
    const HeadLossSums sums = chunkedHeadLoss({}, p.student, p.teacher, p.targets, 1.0, nullptr);
    COMPARE(sums.total, outcomeOf(p, {}, 1.0).sums.total);
}

TEST(sumsAddUp)
{
    HeadLossSums sums; // of nothing yet
    sums.add({.total = 1, .divergences = {2, 6}, .crossEntropy = 3, .tokens = 4, .kl = {5}});
    sums.add({.total = 10, .divergences = {20, 60}, .crossEntropy = 30, .tokens = 40, .kl = {50}});
    COMPARE(sums.total, 11.0);
    COMPARE(sums.divergences, (std::vector<double>{22, 66}));
    COMPARE(sums.crossEntropy, 33.0);
    COMPARE(sums.tokens, 44);
    COMPARE(sums.kl, (std::vector<double>{5, 50}));
}
