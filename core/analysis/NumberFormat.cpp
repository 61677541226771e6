// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/NumberFormat.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace espalier {

namespace {

constexpr const char* kMinus = "\u2212";
constexpr double kMegabyte = 1e6;
constexpr double kMebibyte = 1048576.0;
constexpr int kMostDecimals = 12;
constexpr std::size_t kGroup = 3;
constexpr std::size_t kFewestGroupedDigits = 5;

std::string specialText(double value, NumberStyle style)
{
    const bool typeset = style == NumberStyle::Typeset;
    if (std::isnan(value)) {
        return typeset ? kDash : "nan";
    }
    return std::string(value > 0 ? "" : typeset ? kMinus : "-") + (typeset ? "∞" : "inf");
}

std::string digitsOf(double value, int decimals)
{
    std::array<char, 400> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                   std::chars_format::fixed, decimals);
    return {buffer.data(), end.ptr};
}

/// "-12345.6" as "−12 345.6".
std::string typeset(std::string_view plain)
{
    const bool negative = plain.starts_with('-');
    const std::string_view digits = negative ? plain.substr(1) : plain;
    const std::size_t whole = std::min(digits.find('.'), digits.size());
    std::string text = negative ? kMinus : "";
    for (std::size_t i = 0; i < whole; ++i) {
        if (i > 0 && whole >= kFewestGroupedDigits && (whole - i) % kGroup == 0) {
            text += kThinSpace;
        }
        text += digits[i];
    }
    return text.append(digits.substr(whole));
}

std::string superscript(int number)
{
    static constexpr std::array<const char*, 10> kDigits{"⁰", "¹", "²", "³", "⁴",
                                                         "⁵", "⁶", "⁷", "⁸", "⁹"};
    std::string text = number < 0 ? "⁻" : "";
    for (const char digit : std::to_string(std::abs(number))) {
        text += kDigits.at(static_cast<std::size_t>(digit - '0'));
    }
    return text;
}

int exponentOf(double value)
{
    return value == 0.0 ? 0 : static_cast<int>(std::floor(std::log10(std::abs(value))));
}

std::string spaced(const std::string& number, const char* unit, NumberStyle style)
{
    return number + (style == NumberStyle::Typeset ? "\u00A0" : " ") + unit;
}

std::string bytesText(double bytes, double size, const char* unit, NumberStyle style)
{
    if (std::isfinite(bytes) && std::abs(bytes) < size / 10) {
        return spaced(countText(std::llround(bytes), style), "bytes", style);
    }
    const double amount = bytes / size;
    return spaced(fixedText(amount, std::abs(amount) < 10 ? 2 : 1, style), unit, style);
}

} // namespace

std::string fixedText(double value, int decimals, NumberStyle style)
{
    if (!std::isfinite(value)) {
        return specialText(value, style);
    }
    std::string plain = digitsOf(value, std::clamp(decimals, 0, kMostDecimals));
    if (plain.find_first_not_of("-0.") == std::string::npos && plain.starts_with('-')) {
        plain.erase(0, 1); // no minus before a zero
    }
    return style == NumberStyle::Plain ? plain : typeset(plain);
}

std::string significantText(double value, int digits, NumberStyle style)
{
    if (!std::isfinite(value) || value == 0.0) {
        return fixedText(value, 0, style);
    }
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                   std::chars_format::scientific, digits - 1);
    const std::string_view rounded(buffer.data(),
                                   static_cast<std::size_t>(end.ptr - buffer.data()));
    const std::size_t mark = rounded.find('e');
    int exponent = 0; // of the rounded value: 0.9996 with three digits is 1.00
    const std::size_t sign = rounded[mark + 1] == '+' ? 2 : 1;
    std::from_chars(rounded.data() + mark + sign, rounded.data() + rounded.size(), exponent);
    if (exponent >= -4 && exponent < 6) {
        return fixedText(value, std::max(0, digits - 1 - exponent), style);
    }
    if (style == NumberStyle::Plain) {
        return std::string(rounded);
    }
    return typeset(rounded.substr(0, mark)) + "×10" + superscript(exponent);
}

std::string plainNumber(double value)
{
    if (!std::isfinite(value)) {
        return specialText(value, NumberStyle::Plain);
    }
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), end.ptr};
}

std::string countText(std::int64_t value, NumberStyle style)
{
    const std::string plain = std::to_string(value);
    return style == NumberStyle::Plain ? plain : typeset(plain);
}

std::string perplexityText(double value, NumberStyle style)
{
    return std::abs(value) < 1e6 ? fixedText(value, 2, style) : significantText(value, 3, style);
}

std::string divergenceText(double value, NumberStyle style)
{
    return significantText(value, 3, style);
}

std::string percentText(double share, int decimals, NumberStyle style)
{
    const std::string number = fixedText(share * 100.0, decimals, style);
    return std::isnan(share) ? number
                             : number + (style == NumberStyle::Typeset ? kThinSpace : " ") + "%";
}

std::string probabilityText(double p, NumberStyle style)
{
    if (p < 0.001) {
        return "p < 0.001";
    }
    return "p = " + (p < 0.0995 ? significantText(p, 2, style) : fixedText(p, 2, style));
}

std::string megabyteText(double bytes, NumberStyle style)
{
    return bytesText(bytes, kMegabyte, "MB", style);
}

std::string mebibyteText(double bytes, NumberStyle style)
{
    return bytesText(bytes, kMebibyte, "MiB", style);
}

std::string durationText(double seconds, NumberStyle style)
{
    if (!std::isfinite(seconds)) {
        return specialText(seconds, style);
    }
    if (seconds < 59.5) {
        const bool whole = seconds == std::floor(seconds); // set by hand or rounded, not measured
        const int decimals = whole || seconds >= 9.95 ? 0 : seconds < 0.0995 ? 3 : 1;
        return spaced(fixedText(seconds, decimals, style), "s", style);
    }
    const std::int64_t whole = std::llround(seconds);
    const bool hours = whole >= 3600;
    const std::int64_t rounded = hours ? (whole + 30) / 60 : whole; // in minutes, or in seconds
    std::string text = spaced(countText(rounded / 60, style), hours ? "h" : "min", style);
    if (rounded % 60 != 0) {
        text += spaced("", std::to_string(rounded % 60).c_str(), style);
        text = spaced(text, hours ? "min" : "s", style);
    }
    return text;
}

int decimalsFor(double spread, int fallback)
{
    if (!std::isfinite(spread) || spread == 0.0) {
        return fallback;
    }
    const int decimals = 1 - exponentOf(spread);
    // 0.0996 rounds to 0.10 with two digits: one decimal fewer than its own exponent says.
    const double step = std::pow(10.0, -decimals);
    return std::clamp(std::round(std::abs(spread) / step) >= 100.0 ? decimals - 1 : decimals, 0,
                      kMostDecimals);
}

std::string meanText(double mean, double deviation, int decimals, NumberStyle style)
{
    if (!std::isfinite(mean) || std::isnan(deviation)) {
        return fixedText(mean, decimals, style);
    }
    const int places = decimalsFor(deviation, decimals);
    const char* between = style == NumberStyle::Typeset ? "\u00A0± " : " +/- ";
    return fixedText(mean, places, style) + between + fixedText(deviation, places, style);
}

} // namespace espalier
