// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/ParetoFront.h"
#include "tests/support/Test.h"

#include <limits>

using espalier::Better;
using espalier::PlanePoint;

namespace {
const double kNan = std::numeric_limits<double>::quiet_NaN();
}

TEST(keepsWhatNothingBeats)
{
    // (4, 4) loses to (3, 3); (5, 3) loses to (3, 3) on x at equal y.
    const std::vector<PlanePoint> points{{4, 4}, {1, 6}, {3, 3}, {5, 3}, {6, 1}};
    COMPARE(espalier::paretoFront(points), (std::vector<std::size_t>{1, 2, 4}));
}

TEST(keepsBothOfEqualPoints)
{
    const std::vector<PlanePoint> points{{2, 2}, {3, 1}, {2, 2}, {2, 3}};
    COMPARE(espalier::paretoFront(points), (std::vector<std::size_t>{0, 2, 1}));
}

TEST(followsTheDirectionOfEachAxis)
{
    const std::vector<PlanePoint> points{{1, 5}, {2, 7}, {3, 6}};
    COMPARE(espalier::paretoFront(points, {Better::Lower, Better::Higher}),
            (std::vector<std::size_t>{0, 1}));
    COMPARE(espalier::paretoFront(points, {Better::Higher, Better::Higher}),
            (std::vector<std::size_t>{1, 2}));
    COMPARE(espalier::paretoFront(points, {Better::Higher, Better::Lower}),
            (std::vector<std::size_t>{0, 2}));
}

TEST(leavesOutWhatWasNotMeasured)
{
    const std::vector<PlanePoint> points{
        {kNan, 0}, {0, kNan}, {2, 2}, {std::numeric_limits<double>::infinity(), 1}};
    COMPARE(espalier::paretoFront(points), (std::vector<std::size_t>{2}));
    VERIFY(espalier::paretoFront({}).empty());
}

TEST(drawsStairsThroughTheFront)
{
    const std::vector<PlanePoint> points{{6, 1}, {1, 6}, {3, 3}, {9, 9}};
    VERIFY(espalier::paretoStaircase(points) ==
           (std::vector<PlanePoint>{{1, 6}, {3, 6}, {3, 3}, {6, 3}, {6, 1}}));
    // Higher is better on y: going right costs x, so the step is taken at the lower of the two
    // heights.
    VERIFY(espalier::paretoStaircase({{1, 2}, {4, 5}}, {Better::Lower, Better::Higher}) ==
           (std::vector<PlanePoint>{{1, 2}, {4, 2}, {4, 5}}));
    // Higher is better on x: the right point is reachable from the left of it at its own height.
    VERIFY(espalier::paretoStaircase({{1, 2}, {4, 5}}, {Better::Higher, Better::Lower}) ==
           (std::vector<PlanePoint>{{1, 2}, {1, 5}, {4, 5}}));
}

TEST(measuresTheAreaUpToTheReference)
{
    // By hand, reference (7, 7): 6*1 + 4*3 + 1*2 = 20.
    const std::vector<PlanePoint> points{{6, 1}, {1, 6}, {3, 3}, {5, 5}};
    COMPARE_CLOSE(espalier::hypervolume(points, {7, 7}), 20.0, 1e-12);
    // (6, 1) and (1, 6) lie outside of reference (5, 5): 2*2 remain.
    COMPARE_CLOSE(espalier::hypervolume(points, {5, 5}), 4.0, 1e-12);
    // Higher is better on y, reference (7, 0): (1, 6) alone covers 6*6.
    COMPARE_CLOSE(espalier::hypervolume(points, {7, 0}, {Better::Lower, Better::Higher}), 36.0,
                  1e-12);
    COMPARE_CLOSE(espalier::hypervolume({}, {7, 7}), 0.0, 0.0);
}

TEST(namesTheWorstCorner)
{
    const std::vector<PlanePoint> points{{6, 1}, {1, 6}, {kNan, 90}};
    VERIFY(espalier::worstCorner(points) == (PlanePoint{6, 6}));
    VERIFY(espalier::worstCorner(points, {Better::Lower, Better::Higher}) == (PlanePoint{6, 1}));
}
