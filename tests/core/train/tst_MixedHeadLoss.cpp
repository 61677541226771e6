// SPDX-License-Identifier: GPL-3.0-or-later
// Several divergences and the cross-entropy in one loss.
#include "tests/core/train/HeadProblem.h"

using namespace espalier;
using namespace espalier::test;

TEST(severalDivergencesAreWeighted)
{
    // Golden set G2, student a; by hand from its printed values:
    //   value     .5 x 1.237811 + .3 x .581653 + .2 x .173347 + .1 x -log(.02)
    //   gradient  .5 x .47 + .3 x .08724 + .2 x .02983 + .1 x .96, and so on
    const Tensor identity = at::eye(3, at::kDouble);
    const HeadLossOptions options{.divergences = {{kForward, .5},
                                                  {{Divergence::ReverseKl}, .3},
                                                  {{Divergence::JensenShannon, .5}, .2}},
                                  .crossEntropyWeight = .1};
    Outcome outcome;
    outcome.gradients = {at::empty({1, 3}, at::kDouble), at::zeros({3, 3}, at::kDouble)};
    outcome.sums = chunkedHeadLoss(options, {row({.96, .02, .02}).log(), identity},
                                   {row({.49, .49, .02}).log(), identity},
                                   at::tensor({1}, at::kLong), 1.0, &outcome.gradients);
    COMPARE_CLOSE(outcome.sums.total, .828071 + .1 * 3.912023, 1e-6);
    compareGradient(outcome, {.267138 + .096, -.263211 - .098, -.003927 + .002}, 5e-6);
    COMPARE_CLOSE(outcome.sums.divergences.at(0), 1.237811, 1e-6);
    COMPARE_CLOSE(outcome.sums.divergences.at(1), .581653, 1e-6);
    COMPARE_CLOSE(outcome.sums.divergences.at(2), .173347, 1e-6);
    COMPARE_CLOSE(outcome.sums.kl.at(0), 1.237811, 1e-6);
}

TEST(termsOfASumAreWhatTheyAreAlone)
{
    const Problem p = problem();
    const Outcome sum = outcomeOf(p, fourTerms(), 1.0);
    Outcome added;
    added.gradients = {at::zeros_like(p.student.hidden), at::zeros_like(p.student.weight)};
    for (std::size_t i = 0; i < 3; ++i) {
        HeadLossOptions one = fourTerms();
        one.divergences = {fourTerms().divergences[i]};
        one.crossEntropyWeight = i == 0 ? fourTerms().crossEntropyWeight : 0;
        const Outcome alone = outcomeOf(p, one, 1.0);
        COMPARE(sum.sums.divergences.at(i), alone.sums.divergences.at(0));
        COMPARE(sum.sums.crossEntropy, alone.sums.crossEntropy);
        COMPARE(sum.sums.kl, alone.sums.kl);
        added.sums.total += alone.sums.total;
        added.gradients.hidden += alone.gradients.hidden;
        added.gradients.weight += alone.gradients.weight;
    }
    COMPARE_CLOSE(sum.sums.total / added.sums.total, 1, 1e-12);
    VERIFY(at::allclose(sum.gradients.hidden, added.gradients.hidden, 1e-10, 1e-13));
    VERIFY(at::allclose(sum.gradients.weight, added.gradients.weight, 1e-10, 1e-13));
}

TEST(gradientOfASumMatchesFiniteDifferences)
{
    const Problem p = problem();
    const Outcome outcome = outcomeOf(p, fourTerms(), 1.0);
    constexpr double kStep = 1e-5;
    for (const std::int64_t token : {0, 20, 36}) {
        for (std::int64_t j = 0; j < p.student.hidden.size(1); ++j) {
            const auto lossAt = [&](double step) {
                HeadInput moved{p.student.hidden.clone(), p.student.weight};
                moved.hidden[token][j] += step;
                return chunkedHeadLoss(fourTerms(), moved, p.teacher, p.targets, 1.0, nullptr)
                    .total;
            };
            const double slope = (lossAt(kStep) - lossAt(-kStep)) / (2 * kStep);
            COMPARE_CLOSE(outcome.gradients.hidden[token][j].item<double>(), slope, 1e-6);
        }
    }
}

TEST(softAloneIgnoresTargetsHardAloneTheTeacher)
{
    const Problem p = problem();
    Problem other = p;
    other.targets = (p.targets + 1) % 11;
    const HeadLossOptions softAlone{.temperature = 2};
    const Outcome soft = outcomeOf(p, softAlone, 1.0);
    const Outcome softAgain = outcomeOf(other, softAlone, 1.0);
    COMPARE(soft.sums.total, softAgain.sums.total);
    VERIFY(at::equal(soft.gradients.hidden, softAgain.gradients.hidden));

    other = p;
    other.teacher.hidden = p.teacher.hidden + 1;
    const HeadLossOptions hardAlone{.divergences = {{kForward, 0}}, .crossEntropyWeight = 1};
    const Outcome hard = outcomeOf(p, hardAlone, 1.0);
    const Outcome hardAgain = outcomeOf(other, hardAlone, 1.0);
    COMPARE_CLOSE(hard.sums.total / hard.sums.crossEntropy, 1, 1e-14);
    COMPARE(hard.sums.total, hardAgain.sums.total);
    VERIFY(at::equal(hard.gradients.hidden, hardAgain.gradients.hidden));
}

TEST(termsWithoutWeightAreOnlyMeasured)
{
    // The reverse KL of a student that allows what the teacher all but excludes is huge: it is
    // shown, but does not reach the loss.
    const Tensor identity = at::eye(3, at::kDouble);
    const HeadLossOptions options{.divergences = {{kForward, 1}, {{Divergence::ReverseKl}, 0}}};
    HeadGradients gradients{at::empty({1, 3}, at::kDouble), {}};
    const HeadLossSums sums =
        chunkedHeadLoss(options, {row({2, 1, 0}), identity}, {row({2, 1, -800}), identity},
                        at::tensor({0}, at::kLong), 1.0, &gradients);
    COMPARE_CLOSE(sums.total, .094344, 1e-6);
    VERIFY(sums.divergences.at(1) > 10);
    const Tensor alone = at::softmax(row({2, 1, 0}), -1) - at::softmax(row({2, 1, -800}), -1);
    VERIFY(at::allclose(gradients.hidden, alone, 1e-12, 1e-15));
}
