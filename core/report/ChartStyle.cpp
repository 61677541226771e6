// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/ChartStyle.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace espalier {

namespace {

constexpr std::array<ChartSeriesStyle, kChartReferenceSlot + 1> kStyles{{
    {"#0F39AA", "", Mark::Circle},
    {"#E55C00", "5 2.2", Mark::Square},
    {"#339D8A", "1.4 2.2", Mark::TriangleUp},
    {"#A766E4", "6.5 2.2 1.4 2.2", Mark::Diamond},
    {"#5F3903", "3.6 1.4 0.9 1.4 0.9 1.4", Mark::TriangleDown},
    {"#006BA1", "8.5 2.8", Mark::Plus},
    {"#96295F", "2.8 2.8", Mark::Star},
    {"#3C454C", "0.9 2.2", Mark::Cross},
}};

using Stops = std::array<unsigned, 9>;

constexpr Stops kTrellis{0xEEF9FA, 0xBBE3E3, 0x87CCCC, 0x5DB2B4, 0x29979D,
                         0x037A84, 0x005F6C, 0x004453, 0x012B39};
constexpr Stops kEmber{0xFCF9EA, 0xF7E7BB, 0xF6D389, 0xF1B25D, 0xEB8E34,
                       0xD76823, 0xC0401F, 0x922A24, 0x65171F};
constexpr Stops kBalance{0x0E4786, 0x3A79BA, 0x73AADD, 0xB2D5F1, 0xF0F4F7,
                         0xF1C9AA, 0xE19560, 0xBE5C23, 0x812F13};

const Stops& stopsOf(ChartColourMap map)
{
    return map == ChartColourMap::Trellis ? kTrellis
           : map == ChartColourMap::Ember ? kEmber
                                          : kBalance;
}

Colour colourOf(unsigned rgb)
{
    return {static_cast<double>(rgb >> 16U), static_cast<double>((rgb >> 8U) & 0xFFU),
            static_cast<double>(rgb & 0xFFU)};
}

double linearised(double channel)
{
    const double share = channel / 255.0;
    return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
}

} // namespace

ChartSeriesStyle seriesStyle(std::size_t slot)
{
    if (slot <= kChartReferenceSlot) {
        return kStyles[slot];
    }
    const std::size_t colour = (slot - 1) % kChartReferenceSlot;
    const std::size_t round = (slot - 1) / kChartReferenceSlot;
    const ChartSeriesStyle& other = kStyles[(colour + round) % kChartReferenceSlot];
    return {kStyles[colour].colour, other.dash, other.mark};
}

Colour mapColour(ChartColourMap map, double share)
{
    const Stops& stops = stopsOf(map);
    const double place = std::clamp(share, 0.0, 1.0) * static_cast<double>(stops.size() - 1);
    const auto index = std::min(static_cast<std::size_t>(place), stops.size() - 2);
    const double rest = place - static_cast<double>(index);
    const Colour from = colourOf(stops[index]);
    const Colour to = colourOf(stops[index + 1]);
    return {from.red + rest * (to.red - from.red), from.green + rest * (to.green - from.green),
            from.blue + rest * (to.blue - from.blue)};
}

std::string hexOf(Colour colour)
{
    static constexpr const char* kDigits = "0123456789ABCDEF";
    std::string text = "#";
    for (const double channel : {colour.red, colour.green, colour.blue}) {
        const auto value = static_cast<unsigned>(std::lround(channel));
        text += kDigits[value / 16];
        text += kDigits[value % 16];
    }
    return text;
}

const char* inkOn(Colour colour)
{
    const double luminance = 0.2126 * linearised(colour.red) + 0.7152 * linearised(colour.green) +
                             0.0722 * linearised(colour.blue);
    const double onBlack = (luminance + 0.05) / 0.05;
    const double onWhite = 1.05 / (luminance + 0.05);
    return onBlack >= onWhite ? "#000000" : "#FFFFFF";
}

} // namespace espalier
