// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <vector>

namespace espalier {

struct MeanAndError {
    double mean = 0;
    double standardError = 0; // sample deviation / sqrt(n); NaN with a single value
};

ESPALIER_API MeanAndError meanAndError(const std::vector<double>& values);

/// The value below which `fraction` of `values` lies, exact: between two order statistics by linear
/// interpolation, as NumPy and llama.cpp do. Reorders `values`, which must not be empty nor hold a
/// NaN.
ESPALIER_API double percentile(std::vector<float>& values, double fraction);
ESPALIER_API double percentile(std::vector<double>& values, double fraction);

} // namespace espalier
