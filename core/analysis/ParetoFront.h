// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <cstddef>
#include <vector>

namespace espalier {

enum class Better { Lower = 1, Higher };

struct PlanePoint {
    double x = 0.0;
    double y = 0.0;

    bool operator==(const PlanePoint&) const = default;
};

/// Which direction is better on each axis.
struct PlaneOrder {
    Better x = Better::Lower;
    Better y = Better::Lower;
};

/// Indices of the points no other point beats: as good on both axes and better on one. Equal points
/// are both on the front. Points that are not finite never are. In ascending x, equal x in
/// ascending index.
ESPALIER_API std::vector<std::size_t> paretoFront(const std::vector<PlanePoint>& points,
                                                  PlaneOrder order = {});

/// Corners of the line that bounds what the front beats, in ascending x: each front point, and
/// between two of them the corner that both still beat or equal.
ESPALIER_API std::vector<PlanePoint> paretoStaircase(const std::vector<PlanePoint>& points,
                                                     PlaneOrder order = {});

/// Area between the front and `reference`. Points that do not beat the reference on both axes add
/// nothing.
ESPALIER_API double hypervolume(const std::vector<PlanePoint>& points, PlanePoint reference,
                                PlaneOrder order = {});

/// The worst finite value of each axis: the reference point when nobody names another. (0, 0)
/// without points.
ESPALIER_API PlanePoint worstCorner(const std::vector<PlanePoint>& points, PlaneOrder order = {});

} // namespace espalier
