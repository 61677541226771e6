// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/ChunkedHeadLoss.h"
#include "tests/support/Test.h"

#include <ATen/ATen.h>

namespace espalier::test {

inline Tensor row(const std::vector<double>& values)
{
    return at::tensor(at::ArrayRef<double>(values), at::kDouble).unsqueeze(0);
}

struct Outcome {
    HeadLossSums sums;
    HeadGradients gradients;
};

inline void compareGradient(const Outcome& outcome, const std::vector<double>& expected,
                            double tolerance)
{
    for (std::int64_t j = 0; j < 3; ++j) {
        COMPARE_CLOSE(outcome.gradients.hidden[0][j].item<double>(),
                      expected[static_cast<std::size_t>(j)], tolerance);
    }
}

/// Hidden states of 37 tokens, vocabulary 11; teacher wider than student.
struct Problem {
    HeadInput student, teacher;
    Tensor targets;
};

inline Problem problem()
{
    at::manual_seed(3);
    const auto real = at::TensorOptions(at::kDouble);
    return {{at::randn({37, 5}, real), at::randn({11, 5}, real)},
            {at::randn({37, 8}, real), at::randn({11, 8}, real)},
            at::randint(11, {37}, at::kLong)};
}

inline Outcome outcomeOf(const Problem& p, const HeadLossOptions& options, double scale)
{
    Outcome outcome;
    outcome.gradients = {at::empty_like(p.student.hidden), at::zeros_like(p.student.weight)};
    outcome.sums =
        chunkedHeadLoss(options, p.student, p.teacher, p.targets, scale, &outcome.gradients);
    return outcome;
}

inline const DivergenceKernel kForward{Divergence::ForwardKl};

/// Three divergences and the cross-entropy.
inline HeadLossOptions fourTerms()
{
    return {.divergences = {{kForward, 0.2},
                            {{Divergence::ReverseKl}, 0.1},
                            {{Divergence::JensenShannon, 0.3}, 0.6}},
            .crossEntropyWeight = 0.4,
            .temperature = 2.5};
}

} // namespace espalier::test
