// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/Smoothing.h"
#include "tests/support/Test.h"

#include <cmath>
#include <limits>

namespace {
const double kNan = std::numeric_limits<double>::quiet_NaN();
}

TEST(startsAtTheFirstValue)
{
    // weight 0.5 by hand: 8; (0.5*4 + 0.25*8)/0.75 = 16/3; (0.5*2 + 0.25*4 + 0.125*8)/0.875 = 24/7.
    const auto values = espalier::smoothed(std::vector<double>{8, 4, 2}, 0.5);
    COMPARE(values.size(), 3U);
    COMPARE_CLOSE(values[0], 8.0, 1e-12);
    COMPARE_CLOSE(values[1], 16.0 / 3.0, 1e-12);
    COMPARE_CLOSE(values[2], 24.0 / 7.0, 1e-12);
}

TEST(keepsAConstantAndTheRawLineWithoutWeight)
{
    for (const double value : espalier::smoothed(std::vector<double>(20, 3.0), 0.99)) {
        COMPARE_CLOSE(value, 3.0, 1e-12);
    }
    COMPARE(espalier::smoothed(std::vector<double>{1, 5, 2}, 0.0), (std::vector<double>{1, 5, 2}));
}

TEST(leavesGapsWithoutTouchingTheAverage)
{
    const double inf = std::numeric_limits<double>::infinity();
    const auto values = espalier::smoothed(std::vector<double>{8, kNan, 4, inf, 2}, 0.5);
    VERIFY(std::isnan(values[1]) && std::isnan(values[3]));
    COMPARE_CLOSE(values[2], 16.0 / 3.0, 1e-12);
    COMPARE_CLOSE(values[4], 24.0 / 7.0, 1e-12);
}

TEST(keepsStepsOfPoints)
{
    const auto points =
        espalier::smoothed(std::vector<espalier::MetricPoint>{{10, 8.0, 1}, {20, 4.0, 2}}, 0.5);
    COMPARE(points[1].step, 20);
    COMPARE(points[1].atMs, 2);
    COMPARE_CLOSE(points[1].value, 16.0 / 3.0, 1e-12);
}

TEST(refusesWeightsThatForgetNothing)
{
    const std::vector<double> none;
    VERIFY_FAILS(espalier::smoothed(none, 1.0), espalier::ErrorCode::InvalidInput, "below 1");
    VERIFY_FAILS(espalier::smoothed(none, -0.1), espalier::ErrorCode::InvalidInput, "below 1");
    VERIFY_FAILS(espalier::smoothed(none, kNan), espalier::ErrorCode::InvalidInput, "below 1");
}
