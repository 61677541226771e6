// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/ChartScale.h"

#include "core/analysis/NumberFormat.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace espalier {

namespace {

constexpr double kMargin = 0.05;
constexpr std::array<double, 3> kRound{1.0, 2.0, 5.0};

/// The smallest of 1, 2, 5 times a power of ten that is not below `wanted`.
double roundStep(double wanted)
{
    const double power = std::pow(10.0, std::floor(std::log10(wanted)));
    for (const double factor : kRound) {
        if (factor * power >= wanted * (1.0 - 1e-9)) {
            return factor * power;
        }
    }
    return 10.0 * power;
}

int decimalsOf(double step)
{
    return std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 12);
}

std::string tickText(double value, double step)
{
    const double size = std::abs(value);
    if (size >= 1e6 || (size > 0.0 && size < 1e-4)) {
        const auto exponent = std::floor(std::log10(size) + 1e-12);
        const double mantissa = value / std::pow(10.0, exponent);
        const double mantissaStep = step / std::pow(10.0, exponent);
        const int decimals = decimalsOf(std::max(mantissaStep, 0.01));
        const std::string power = significantText(std::pow(10.0, exponent), 1); // "1×10⁷"
        return fixedText(mantissa, decimals) + power.substr(1);
    }
    return fixedText(value, decimalsOf(step));
}

} // namespace

ChartScale::ChartScale(const ChartAxis& axis, const std::vector<double>& values)
    : m_logarithmic(axis.scale == AxisScale::Logarithmic)
{
    bool found = false;
    for (const double value : values) {
        if (std::isfinite(value) && (!m_logarithmic || value > 0.0)) {
            m_min = found ? std::min(m_min, value) : value;
            m_max = found ? std::max(m_max, value) : value;
            found = true;
        }
    }
    if (!found) {
        m_min = m_logarithmic ? 1.0 : 0.0;
        m_max = m_logarithmic ? 10.0 : 1.0;
    } else if (m_logarithmic) {
        const double room = std::pow(std::max(m_max / m_min, 1.2), kMargin);
        m_min /= room;
        m_max *= room;
    } else {
        const double width = m_max - m_min;
        const double room = width > 0.0 ? kMargin * width : std::max(std::abs(m_max) * 0.1, 1e-12);
        // Shares and counts do not go below zero only because there is a margin.
        m_min = m_min >= 0.0 && m_min < room ? 0.0 : m_min - room;
        m_max += room;
    }
    m_min = axis.min.value_or(m_min);
    m_max = axis.max.value_or(m_max);
}

void ChartScale::place(double from, double to)
{
    m_from = from;
    m_to = to;
}

double ChartScale::at(double value) const
{
    const double share = m_logarithmic ? std::log(value / m_min) / std::log(m_max / m_min)
                                       : (value - m_min) / (m_max - m_min);
    return m_from + share * (m_to - m_from);
}

bool ChartScale::shows(double value) const
{
    const double slack = 1e-9 * (m_max - m_min);
    return std::isfinite(value) && value >= m_min - slack && value <= m_max + slack &&
           (!m_logarithmic || value > 0.0);
}

std::vector<double> ChartScale::linearTicks(std::size_t count) const
{
    const double step =
        roundStep((m_max - m_min) / static_cast<double>(std::max<std::size_t>(count, 2)));
    std::vector<double> values;
    const auto first = static_cast<std::int64_t>(std::ceil(m_min / step - 1e-9));
    const auto last = static_cast<std::int64_t>(std::floor(m_max / step + 1e-9));
    for (std::int64_t i = first; i <= last; ++i) {
        values.push_back(static_cast<double>(i) * step);
    }
    return values;
}

std::vector<double> ChartScale::logTicks(std::size_t count) const
{
    const int low = static_cast<int>(std::floor(std::log10(m_min)));
    const int high = static_cast<int>(std::ceil(std::log10(m_max)));
    std::vector<double> all;
    std::vector<double> decades;
    for (int exponent = low; exponent <= high; ++exponent) {
        for (const double factor : kRound) {
            const double value = factor * std::pow(10.0, exponent);
            if (shows(value)) {
                all.push_back(value);
                if (factor == 1.0) {
                    decades.push_back(value);
                }
            }
        }
    }
    if (all.size() < 3) {
        return linearTicks(
            std::min<std::size_t>(count, 4)); // less than a decade: round steps say more
    }
    if (all.size() <= count) {
        return all;
    }
    const std::size_t every = (decades.size() + count - 1) / std::max<std::size_t>(count, 1);
    std::vector<double> kept;
    for (std::size_t i = 0; i < decades.size(); i += std::max<std::size_t>(every, 1)) {
        kept.push_back(decades[i]);
    }
    return kept;
}

std::vector<Tick> ChartScale::ticks(std::size_t count) const
{
    const std::vector<double> values = m_logarithmic ? logTicks(count) : linearTicks(count);
    const bool even =
        !m_logarithmic || values.size() < 3 ||
        std::abs((values[2] - values[1]) - (values[1] - values[0])) < 1e-9 * std::abs(values[2]);
    std::vector<Tick> ticks;
    for (const double value : values) {
        const double step = even && values.size() > 1
                                ? values[1] - values[0]
                                : std::pow(10.0, std::floor(std::log10(std::abs(value)) + 1e-12));
        ticks.push_back({value, tickText(value, step)});
    }
    return ticks;
}

} // namespace espalier
