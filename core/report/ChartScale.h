// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/Chart.h"

#include <string>
#include <vector>

namespace espalier {

struct Tick {
    double value = 0.0;
    std::string label = {};
};

/// Maps values of one axis to a line from `from` to `to`, and chooses its round numbers.
class ChartScale {
public:
    /// `values`: everything that has to be visible. Values a logarithmic axis cannot show are left
    /// out; where nothing is left the axis goes from 0 to 1 (1 to 10).
    ChartScale(const ChartAxis& axis, const std::vector<double>& values);

    void place(double from, double to);
    double at(double value) const;
    bool shows(double value) const;

    double min() const { return m_min; }

    double max() const { return m_max; }

    /// 1-2-5 steps, at most `count`, at least two where the range allows it.
    std::vector<Tick> ticks(std::size_t count) const;

private:
    std::vector<double> linearTicks(std::size_t count) const;
    std::vector<double> logTicks(std::size_t count) const;

    bool m_logarithmic = false;
    double m_min = 0.0, m_max = 1.0;
    double m_from = 0.0, m_to = 1.0;
};

} // namespace espalier
