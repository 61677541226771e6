// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/StudentT.h"

#include <cmath>

namespace espalier {

namespace {

/// Lentz's continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8).
double betaFraction(double a, double b, double x)
{
    constexpr double kTiny = 1e-300;
    const auto kept = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
    double c = 1.0;
    double d = 1.0 / kept(1.0 - (a + b) * x / (a + 1.0));
    double fraction = d;
    for (int i = 1; i <= 1000; ++i) {
        const double m = i;
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1.0 / kept(1.0 + even * d);
        c = kept(1.0 + even / c);
        fraction *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1.0 / kept(1.0 + odd * d);
        c = kept(1.0 + odd / c);
        fraction *= d * c;
        if (std::abs(d * c - 1.0) < 1e-15) {
            break;
        }
    }
    return fraction;
}

/// I_x(a, b).
double incompleteBeta(double a, double b, double x)
{
    if (x <= 0.0 || x >= 1.0) {
        return x <= 0.0 ? 0.0 : 1.0;
    }
    const double logFront =
        std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x);
    return x < (a + 1.0) / (a + b + 2.0)
               ? std::exp(logFront) * betaFraction(a, b, x) / a
               : 1.0 - std::exp(logFront) * betaFraction(b, a, 1.0 - x) / b;
}

} // namespace

double studentDistribution(double t, double degreesOfFreedom)
{
    const double tail = 0.5 * incompleteBeta(degreesOfFreedom / 2, 0.5,
                                             degreesOfFreedom / (degreesOfFreedom + t * t));
    return t > 0 ? 1.0 - tail : tail;
}

double studentQuantile(double probability, double degreesOfFreedom)
{
    if (probability < 0.5) {
        return -studentQuantile(1.0 - probability, degreesOfFreedom);
    }
    double low = 0.0;
    double high = 1.0;
    while (studentDistribution(high, degreesOfFreedom) < probability && high < 1e12) {
        high *= 2.0;
    }
    for (int i = 0; i < 200 && high - low > 1e-13 * high; ++i) {
        const double middle = (low + high) / 2;
        (studentDistribution(middle, degreesOfFreedom) < probability ? low : high) = middle;
    }
    return (low + high) / 2;
}

} // namespace espalier
