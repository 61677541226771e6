// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/Forecast.h"
#include "tests/support/Test.h"

#include <cmath>

using namespace std::string_literals;

namespace {

/// No-break spaces as plain ones, so that the expected texts can be read.
std::string readable(const std::string& text)
{
    std::string result;
    std::size_t from = 0;
    for (std::size_t at = 0; at != std::string::npos; from = at + 2) {
        at = text.find("\u00A0", from);
        result += text.substr(from, at - from);
        if (at == std::string::npos) {
            break;
        }
        result += ' ';
    }
    return result;
}

} // namespace

TEST(saysNothingBeforeTwoSteps)
{
    VERIFY(!espalier::timeLeft({}, 10));
    VERIFY(!espalier::timeLeft({8.0}, 10));
    VERIFY(espalier::timeLeft({8.0, 8.0}, 0) == (espalier::SecondsRange{0, 0}));
}

TEST(steadyStepsGiveATwentieth)
{
    const auto range = espalier::timeLeft({8, 8, 8, 8}, 10);
    COMPARE_CLOSE(range->low, 78.0, 1e-9);
    COMPARE_CLOSE(range->high, 82.0, 1e-9);
}

TEST(noisyStepsWidenTheRange)
{
    // Steps 7, 8, 9: mean 8, deviation 1; for 12 more sqrt(12 + 144/3) = 7.746, t(0.9, 2)
    // = 1.885618.
    const auto range = espalier::timeLeft({7, 8, 9}, 12);
    COMPARE_CLOSE(range->low, 96.0 - 1.885618 * std::sqrt(60.0), 1e-4);
    COMPARE_CLOSE(range->high, 96.0 + 1.885618 * std::sqrt(60.0), 1e-4);
}

TEST(oldStepsAreForgotten)
{
    std::vector<double> steps(100, 50.0);
    steps.insert(steps.end(), 64, 2.0);
    COMPARE_CLOSE(espalier::timeLeft(steps, 10)->high, 20.5, 1e-9);
}

TEST(roundsAsFinelyAsTheLengthDeserves)
{
    const auto text = [](double low, double high) {
        return readable(espalier::timeLeftText({low, high}));
    };
    COMPARE(text(73.0, 88.0), "1 min 15 s to 1 min 30 s left"s);
    COMPARE(text(1.0, 3.5), "less than 5 s left"s);
    COMPARE(text(4.0, 4.5), "about 5 s left"s);
    COMPARE(text(840.0, 1130.0), "14 min to 19 min left"s);
    COMPARE(text(7000.0, 7300.0), "1 h 55 min to 2 h 5 min left"s);
    COMPARE(text(0.0, 0.0), "done"s);
}
