// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/Losses.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

#include <limits>

using namespace espalier;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Tensor row(const std::vector<double>& values)
{
    return at::tensor(at::ArrayRef<double>(values), at::kDouble).unsqueeze(0);
}

double valueOf(const DivergenceKernel& kernel, const Tensor& logP, const Tensor& logQ)
{
    return divergenceRows(kernel, logP, logQ, Gradients::NotWanted).values.sum().item<double>();
}

Tensor gradientOf(const DivergenceKernel& kernel, const Tensor& logP, const Tensor& logQ)
{
    return divergenceRows(kernel, logP, logQ, Gradients::Wanted).gradient.squeeze(0);
}

void compareAll(const Tensor& actual, const std::vector<double>& expected, double tolerance)
{
    COMPARE(actual.numel(), static_cast<std::int64_t>(expected.size()));
    for (std::size_t i = 0; i < expected.size(); ++i) {
        COMPARE_CLOSE(actual[static_cast<std::int64_t>(i)].item<double>(), expected[i], tolerance);
    }
}

// Golden set G2: the teacher has two modes; student a commits to one, student b spreads out.
const Tensor kTeacher = row({.49, .49, .02}).log();
const Tensor kStudentA = row({.96, .02, .02}).log();
const Tensor kStudentB = row({.34, .33, .33}).log();

const DivergenceKernel kForward{Divergence::ForwardKl};
const DivergenceKernel kReverse{Divergence::ReverseKl};
const DivergenceKernel kVariation{Divergence::TotalVariation};

DivergenceKernel jsd(double beta)
{
    return {Divergence::JensenShannon, beta};
}

DivergenceKernel skewForward(double alpha)
{
    return {Divergence::SkewForwardKl, alpha};
}

DivergenceKernel skewReverse(double alpha)
{
    return {Divergence::SkewReverseKl, alpha};
}

std::vector<DivergenceKernel> allKernels()
{
    return {kForward, kReverse,        kVariation,      jsd(.1),         jsd(.5),
            jsd(.9),  skewForward(.1), skewReverse(.1), skewForward(.7), skewReverse(.7)};
}

} // namespace

TEST(goldenValuesOfTwoModes)
{
    COMPARE_CLOSE(valueOf(kForward, kTeacher, kStudentA), 1.237811, 1e-6);
    COMPARE_CLOSE(valueOf(kForward, kTeacher, kStudentB), .316711, 1e-6);
    COMPARE_CLOSE(valueOf(kReverse, kTeacher, kStudentA), .581653, 1e-6);
    COMPARE_CLOSE(valueOf(kReverse, kTeacher, kStudentB), .670399, 1e-6);
    COMPARE_CLOSE(valueOf(jsd(.1), kTeacher, kStudentA), .088611, 1e-6);
    COMPARE_CLOSE(valueOf(jsd(.5), kTeacher, kStudentA), .173347, 1e-6);
    COMPARE_CLOSE(valueOf(jsd(.9), kTeacher, kStudentA), .053650, 1e-6);
    COMPARE_CLOSE(valueOf(skewForward(.1), kTeacher, kStudentA), .670017, 1e-6);
    COMPARE_CLOSE(valueOf(skewReverse(.1), kTeacher, kStudentA), .495741, 1e-6);
    COMPARE_CLOSE(valueOf(skewForward(.5), kTeacher, kStudentA), .128074, 1e-6);
    COMPARE_CLOSE(valueOf(skewReverse(.5), kTeacher, kStudentA), .218621, 1e-6);
    COMPARE_CLOSE(valueOf(skewForward(.9), kTeacher, kStudentA), .004529, 1e-6);
    COMPARE_CLOSE(valueOf(skewReverse(.9), kTeacher, kStudentA), .024010, 1e-6);
    // By hand: (|.49 - .96| + |.49 - .02| + 0) / 2
    COMPARE_CLOSE(valueOf(kVariation, kTeacher, kStudentA), .47, 1e-12);
}

TEST(goldenGradientsOfTwoModes)
{
    constexpr double kPrinted = 5.001e-6; // five decimals are printed
    compareAll(gradientOf(kForward, kTeacher, kStudentA), {.47, -.47, 0}, 1e-9);
    compareAll(gradientOf(kReverse, kTeacher, kStudentA), {.08724, -.07561, -.01163}, kPrinted);
    compareAll(gradientOf(jsd(.1), kTeacher, kStudentA), {.02263, -.02219, -.00043}, kPrinted);
    compareAll(gradientOf(jsd(.5), kTeacher, kStudentA), {.02983, -.02764, -.00219}, kPrinted);
    compareAll(gradientOf(jsd(.9), kTeacher, kStudentA), {.00818, -.00719, -.00099}, kPrinted);
    compareAll(gradientOf(skewForward(.1), kTeacher, kStudentA), {.12511, -.11937, -.00573},
               kPrinted);
    compareAll(gradientOf(skewReverse(.1), kTeacher, kStudentA), {.07693, -.06849, -.00844},
               kPrinted);
}

TEST(argumentsStandInTheRightOrder)
{
    VERIFY(valueOf(kForward, kTeacher, kStudentB) < valueOf(kForward, kTeacher, kStudentA));
    VERIFY(valueOf(kReverse, kTeacher, kStudentA) < valueOf(kReverse, kTeacher, kStudentB));
    // Mixture weights swapped would give .446620.
    COMPARE_CLOSE(valueOf(jsd(.1), kTeacher, kStudentA), valueOf(jsd(.9), kStudentA, kTeacher),
                  1e-12);
}

TEST(mixturesEndInForwardAndReverse)
{
    COMPARE_CLOSE(valueOf(jsd(1e-3), kTeacher, kStudentA) / 1e-3, 1.232216, 1e-6);
    COMPARE_CLOSE(valueOf(jsd(.999), kTeacher, kStudentA) / .001, .581202, 1e-6);
    COMPARE(valueOf(jsd(0), kTeacher, kStudentA), valueOf(kForward, kTeacher, kStudentA));
    COMPARE(valueOf(jsd(1), kTeacher, kStudentA), valueOf(kReverse, kTeacher, kStudentA));
    COMPARE(valueOf(skewForward(0), kTeacher, kStudentA), valueOf(kForward, kTeacher, kStudentA));
    COMPARE(valueOf(skewReverse(0), kTeacher, kStudentA), valueOf(kReverse, kTeacher, kStudentA));
}

TEST(gradientsMatchFiniteDifferences)
{
    const Tensor logP = at::log_softmax(row({2, 1, .1, -3, .7}), -1);
    const Tensor logits = row({1.5, 1.2, .3, .4, -2});
    constexpr double kStep = 1e-5;
    for (const DivergenceKernel& kernel : allKernels()) {
        const Tensor gradient = gradientOf(kernel, logP, at::log_softmax(logits, -1));
        for (std::int64_t j = 0; j < logits.size(1); ++j) {
            Tensor more = logits.clone();
            more[0][j] += kStep;
            Tensor less = logits.clone();
            less[0][j] -= kStep;
            const double slope = (valueOf(kernel, logP, at::log_softmax(more, -1)) -
                                  valueOf(kernel, logP, at::log_softmax(less, -1))) /
                                 (2 * kStep);
            COMPARE_CLOSE(gradient[j].item<double>(), slope, 1e-8);
        }
    }
}

TEST(equalDistributionsAreAtZero)
{
    const Tensor logits = row({2, 1, .1});
    const Tensor logP = at::log_softmax(logits, -1);
    const Tensor shifted = at::log_softmax(logits + 3.5, -1);
    for (const DivergenceKernel& kernel : allKernels()) {
        COMPARE_CLOSE(valueOf(kernel, logP, shifted), 0, 1e-12);
        if (kernel.kind != Divergence::TotalVariation) { // its slope jumps there
            compareAll(gradientOf(kernel, logP, shifted), {0, 0, 0}, 1e-12);
        }
    }
}

TEST(masksWhatBothExclude)
{
    // A fourth token with logit -inf for both changes no value and gets no gradient.
    const Tensor logP = at::log_softmax(row({2, 1, .1, -kInfinity}), -1);
    const Tensor logQ = at::log_softmax(row({1.5, 1.2, .3, -kInfinity}), -1);
    const Tensor shortP = logP.narrow(-1, 0, 3);
    const Tensor shortQ = logQ.narrow(-1, 0, 3);
    for (const DivergenceKernel& kernel : allKernels()) {
        COMPARE_CLOSE(valueOf(kernel, logP, logQ), valueOf(kernel, shortP, shortQ), 1e-15);
        const Tensor gradient = gradientOf(kernel, logP, logQ);
        COMPARE(gradient[3].item<double>(), 0.0);
        VERIFY(at::allclose(gradient.narrow(0, 0, 3), gradientOf(kernel, shortP, shortQ)));
    }
}

TEST(whatTheTeacherExcludesCostsNothingForward)
{
    const Tensor logP = at::log_softmax(row({2, 1, -kInfinity}), -1);
    const Tensor logQ = at::log_softmax(row({2, 1, 0}), -1);
    // p = [.731059, .268941, 0], q = p (1 - q_2): KL = -log(1 - q_2), q_2 = 1 / (e^2 + e + 1) =
    // .090031
    COMPARE_CLOSE(valueOf(kForward, logP, logQ), .094344, 1e-6);
    COMPARE(valueOf(kReverse, logP, logQ), kInfinity);
    COMPARE_CLOSE(valueOf(skewReverse(.1), row({1, 0}).log(), row({0, 1}).log()), std::log(10),
                  1e-12);
}

TEST(crossEntropyTakesTheTarget)
{
    const Tensor logQ = at::log_softmax(row({1.5, 1.2, .3}), -1);
    const RowLosses loss = crossEntropyRows(logQ, at::tensor({0}, at::kLong), Gradients::Wanted);
    COMPARE_CLOSE(loss.values.item<double>(), .71393581, 1e-8);
    compareAll(loss.gradient.squeeze(0), {.489713 - 1, .362788, .147499}, 1e-6);
}

TEST(perTokenIsNotPerSequence)
{
    // [B, S, V] = [2, 3, 4]: batchmean divides by B alone and gives S times the mean over tokens.
    at::manual_seed(1);
    const Tensor logP = at::log_softmax(at::randn({2, 3, 4}, at::kDouble), -1);
    const Tensor logQ = at::log_softmax(at::randn({2, 3, 4}, at::kDouble), -1);
    const Tensor rows =
        divergenceRows(kForward, logP.reshape({6, 4}), logQ.reshape({6, 4}), Gradients::NotWanted)
            .values;
    COMPARE(rows.numel(), 6);
    const double sum = rows.sum().item<double>();
    const double batchMean =
        at::kl_div(logQ, logP, at::Reduction::Sum, /*log_target=*/true).item<double>() / 2;
    COMPARE_CLOSE(3 * sum / divisorOf(Reduction::PerToken, 6, 4), batchMean, 1e-12);
    COMPARE_CLOSE(divisorOf(Reduction::PerElement, 6, 4) / divisorOf(Reduction::PerToken, 6, 4), 4,
                  0);
}

TEST(summaryInterpolatesBetweenRanks)
{
    std::vector<double> values;
    for (int i = 1000; i >= 0; --i) {
        values.push_back(i);
    }
    const DivergenceSummary summary = summarise(values);
    COMPARE(summary.mean, 500.0);
    COMPARE(summary.median, 500.0);
    COMPARE_CLOSE(summary.p99, 990, 1e-9);
    COMPARE_CLOSE(summary.p999, 999, 1e-9);
    COMPARE(summary.maximum, 1000.0);
    COMPARE_CLOSE(summarise({1, 2}).median, 1.5, 0);
    VERIFY(std::isnan(summarise({}).median));
}
