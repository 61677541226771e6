// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/SeriesSummary.h"
#include "tests/support/Test.h"

#include <limits>

using espalier::Better;
using espalier::MetricPoint;

namespace {
const double kNan = std::numeric_limits<double>::quiet_NaN();
const std::vector<MetricPoint> kLoss{{0, 5.0},  {10, 2.0}, {20, kNan},
                                     {30, 2.0}, {40, 3.0}, {50, kNan}};
} // namespace

TEST(findsLastAndBestNumbers)
{
    const auto summary = espalier::summarize(kLoss);
    COMPARE(summary.count, 6U);
    COMPARE(summary.notNumbers, 2U);
    COMPARE(summary.first->step, 0);
    COMPARE(summary.last->step, 40); // the NaN at 50 is no value
    COMPARE(summary.min->step, 10);  // the earliest of equals
    COMPARE(summary.max->value, 5.0);
    COMPARE(summary.best->step, 10);
    const auto upwards = espalier::summarize(kLoss, Better::Higher);
    COMPARE(upwards.best->step, 0);
}

TEST(hasNothingToSayAboutNothing)
{
    const auto summary = espalier::summarize({{0, kNan}});
    COMPARE(summary.count, 1U);
    VERIFY(!summary.first && !summary.last && !summary.min && !summary.max && !summary.best);
}

TEST(readsTheValueAtAStep)
{
    const auto exact = espalier::pointAt(kLoss, 10);
    const auto between = espalier::pointAt(kLoss, 29);
    const auto after = espalier::pointAt(kLoss, 1000);
    COMPARE(exact->value, 2.0);
    COMPARE(between->step, 10); // the NaN at 20 is skipped
    COMPARE(after->step, 40);
    VERIFY(!espalier::pointAt(kLoss, -1));
}
