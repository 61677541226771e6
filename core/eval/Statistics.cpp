// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/Statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace espalier {

namespace {

template <class T>
double percentileOf(std::vector<T>& values, double fraction)
{
    const double place = fraction * static_cast<double>(values.size() - 1);
    const auto index = static_cast<std::ptrdiff_t>(place);
    const double share = place - static_cast<double>(index);
    const auto lower = values.begin() + index;
    std::nth_element(values.begin(), lower, values.end());
    if (share == 0.0 || lower + 1 == values.end()) {
        return *lower; // infinities stay infinities
    }
    const T upper = *std::min_element(lower + 1, values.end());
    return (1.0 - share) * static_cast<double>(*lower) + share * static_cast<double>(upper);
}

} // namespace

MeanAndError meanAndError(const std::vector<double>& values)
{
    const auto count = static_cast<double>(values.size());
    double sum = 0;
    for (const double value : values) {
        sum += value;
    }
    const double mean = sum / count;
    if (values.size() < 2) {
        return {.mean = mean, .standardError = std::numeric_limits<double>::quiet_NaN()};
    }
    double squares = 0;
    for (const double value : values) {
        squares += (value - mean) * (value - mean);
    }
    return {.mean = mean, .standardError = std::sqrt(squares / (count - 1) / count)};
}

double percentile(std::vector<float>& values, double fraction)
{
    return percentileOf(values, fraction);
}

double percentile(std::vector<double>& values, double fraction)
{
    return percentileOf(values, fraction);
}

} // namespace espalier
