// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/NumberFormat.h"
#include "tests/support/Test.h"

#include <limits>

using namespace std::string_literals;
using espalier::NumberStyle;

namespace {
const double kNan = std::numeric_limits<double>::quiet_NaN();
const double kInf = std::numeric_limits<double>::infinity();
} // namespace

TEST(groupsDigitsFromFive)
{
    COMPARE(espalier::countText(9999), "9999"s);
    COMPARE(espalier::countText(260032), "260\u202F032"s);
    COMPARE(espalier::countText(-134515008), "\u2212134\u202F515\u202F008"s);
    COMPARE(espalier::countText(-260032, NumberStyle::Plain), "-260032"s);
    COMPARE(espalier::fixedText(12345.678, 1), "12\u202F345.7"s);
}

TEST(writesATrueMinusButNotBeforeZero)
{
    COMPARE(espalier::fixedText(-1.25, 1), "\u22121.2"s);
    COMPARE(espalier::fixedText(-0.004, 2), "0.00"s);
    COMPARE(espalier::fixedText(-0.004, 2, NumberStyle::Plain), "0.00"s);
    COMPARE(espalier::fixedText(-kInf, 2), "\u2212∞"s);
    COMPARE(espalier::fixedText(kNan, 2), "\u2013"s);
    COMPARE(espalier::fixedText(kNan, 2, NumberStyle::Plain), "nan"s);
}

TEST(countsSignificantDigits)
{
    COMPARE(espalier::divergenceText(0.15849), "0.158"s);
    COMPARE(espalier::divergenceText(1.9249), "1.92"s);
    COMPARE(espalier::divergenceText(0.00041234), "0.000412"s);
    COMPARE(espalier::significantText(0.99961, 3), "1.00"s);      // not 0.9996 and not 1.000
    COMPARE(espalier::significantText(99961, 3), "99\u202F961"s); // whole digits are never zeroed
    COMPARE(espalier::significantText(3.1e-6, 2), "3.1×10⁻⁶"s);
    COMPARE(espalier::significantText(-2e7, 2), "\u22122.0×10⁷"s);
    COMPARE(espalier::significantText(2e7, 2, NumberStyle::Plain), "2.0e+07"s);
    COMPARE(espalier::significantText(0.0, 3), "0"s);
}

TEST(namesUnits)
{
    COMPARE(espalier::perplexityText(16.40999), "16.41"s);
    COMPARE(espalier::perplexityText(3.5e8), "3.50×10⁸"s);
    COMPARE(espalier::percentText(0.5), "50\u202F%"s);
    COMPARE(espalier::percentText(0.4996, 1, NumberStyle::Plain), "50.0 %"s);
    COMPARE(espalier::megabyteText(370.7e6, NumberStyle::Plain), "370.7 MB"s);
    COMPARE(espalier::megabyteText(1.05e6, NumberStyle::Plain), "1.05 MB"s);
    COMPARE(espalier::mebibyteText(801 * 1048576.0, NumberStyle::Plain), "801.0 MiB"s);
    COMPARE(espalier::megabyteText(2048, NumberStyle::Plain), "2048 bytes"s);
}

TEST(neverCallsAProbabilityZero)
{
    COMPARE(espalier::probabilityText(0.0002), "p < 0.001"s);
    COMPARE(espalier::probabilityText(0.0411), "p = 0.041"s);
    COMPARE(espalier::probabilityText(0.4149), "p = 0.41"s);
}

TEST(saysHowLong)
{
    const auto text = [](double seconds) {
        return espalier::durationText(seconds, NumberStyle::Plain);
    };
    COMPARE(text(0.0123), "0.012 s"s);
    COMPARE(text(8.31), "8.3 s"s);
    COMPARE(text(5.0), "5 s"s);
    COMPARE(text(59.2), "59 s"s);
    COMPARE(text(59.7), "1 min"s);
    COMPARE(text(75), "1 min 15 s"s);
    COMPARE(text(3600), "1 h"s);
    COMPARE(text(7500), "2 h 5 min"s);
}

TEST(letsTheDeviationSetTheDecimals)
{
    const auto text = [](double mean, double deviation) {
        return espalier::meanText(mean, deviation, 2, NumberStyle::Plain);
    };
    COMPARE(text(16.4123, 0.0527), "16.412 +/- 0.053"s);
    COMPARE(text(16.4123, 0.527), "16.41 +/- 0.53"s);
    COMPARE(text(16.4123, 0.0996), "16.41 +/- 0.10"s);
    COMPARE(text(1641.2, 52.7), "1641 +/- 53"s);
    COMPARE(text(1641.2, 527.0), "1641 +/- 527"s);
    COMPARE(text(16.4123, 0.0), "16.41 +/- 0.00"s);
    COMPARE(text(16.4123, kNan), "16.41"s);
    COMPARE(espalier::meanText(-1.0, 0.25, 2), "\u22121.00\u00A0± 0.25"s);
}

TEST(filesReadBackTheSameDouble)
{
    COMPARE(espalier::plainNumber(0.1), "0.1"s);
    COMPARE(std::stod(espalier::plainNumber(1.0 / 3.0)), 1.0 / 3.0);
    COMPARE(espalier::plainNumber(kInf), "inf"s);
}
