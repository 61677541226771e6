// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/Schedule.h"
#include "tests/support/Test.h"

using namespace espalier;

namespace {

std::vector<double> rates(const ScheduleOptions& options)
{
    std::vector<double> all;
    for (std::int64_t step = 0; step <= options.steps; ++step) {
        all.push_back(learningRateAt(options, step));
    }
    return all;
}

void compareAll(const std::vector<double>& actual, const std::vector<double>& expected)
{
    COMPARE(actual.size(), expected.size());
    for (std::size_t i = 0; i < actual.size(); ++i) {
        COMPARE_CLOSE(actual[i], expected[i], 1e-12);
    }
}

} // namespace

TEST(warmUpRisesInEqualSteps)
{
    compareAll(rates({ScheduleShape::Constant, 0.8, 0.0, 4, 6}),
               {0.2, 0.4, 0.6, 0.8, 0.8, 0.8, 0.8});
}

TEST(linearFallsToTheFloor)
{
    compareAll(rates({ScheduleShape::Linear, 1.0, 0.2, 1, 5}), {1.0, 1.0, 0.8, 0.6, 0.4, 0.2});
}

TEST(cosineIsHalfwayInTheMiddle)
{
    // 1/2 (1 + cos(pi k/4)): 1, 0.853553, 0.5, 0.146447, 0
    compareAll(rates({ScheduleShape::Cosine, 2.0, 0.0, 0, 4}),
               {2.0, 1.7071067811865475, 1.0, 0.2928932188134525, 0.0});
}

TEST(stepsBeyondTheEndStayAtTheFloor)
{
    COMPARE_CLOSE(learningRateAt({ScheduleShape::Cosine, 1.0, 0.1, 0, 4}, 9), 0.1, 1e-12);
    COMPARE_CLOSE(learningRateAt({ScheduleShape::Linear, 1.0, 0.1, 0, 4}, 9), 0.1, 1e-12);
}
