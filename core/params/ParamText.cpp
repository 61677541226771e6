// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/params/ParamText.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace espalier {

namespace {

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kBlanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::optional<double> plainReal(std::string_view text)
{
    if (text.starts_with('+')) {
        text.remove_prefix(1);
    }
    double value = 0;
    const auto [end, reason] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = end == text.data() + text.size() && reason == std::errc{};
    return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// "0.5", "1e-4", "0,5" and "50 %".
std::optional<double> realFromText(std::string_view text)
{
    std::string_view word = trimmed(text);
    const bool percent = word.ends_with('%');
    if (percent) {
        word = trimmed(word.substr(0, word.size() - 1));
    }
    std::string plain(word);
    if (plain.find('.') == std::string::npos && std::ranges::count(plain, ',') == 1) {
        std::ranges::replace(plain, ',', '.');
    }
    if (!percent) {
        return plainReal(plain);
    }
    if (plain.find_first_of("eE") == std::string::npos) {
        return plainReal(plain + "e-2"); // 33.3 % is 0.333 to the last bit, which 33.3 / 100 is not
    }
    const auto value = plainReal(plain);
    return value ? std::optional(*value / 100) : std::nullopt;
}

std::optional<std::int64_t> integerFromText(std::string_view text)
{
    std::string_view digits = trimmed(text);
    if (digits.starts_with('+')) {
        digits.remove_prefix(1);
    }
    std::int64_t value = 0;
    const auto [end, reason] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (!digits.empty() && end == digits.data() + digits.size() && reason == std::errc{}) {
        return value;
    }
    constexpr double kExact = 9007199254740992.0; // 2^53
    const auto real = plainReal(digits);          // "1e4" steps
    if (real && std::abs(*real) <= kExact && std::trunc(*real) == *real) {
        return static_cast<std::int64_t>(*real);
    }
    return {};
}

/// Splits at commas that no backslash protects.
std::vector<std::string> listItems(std::string_view text)
{
    std::vector<std::string> items(1);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) {
            items.back() += text[++i];
        } else if (text[i] == ',') {
            items.emplace_back();
        } else {
            items.back() += text[i];
        }
    }
    return items;
}

ParamValue listFromText(std::string_view text, const ParamSpec& spec, const ListOf& list)
{
    std::string_view inner = trimmed(text);
    if (inner.starts_with('[') && inner.ends_with(']')) {
        inner = trimmed(inner.substr(1, inner.size() - 2));
    }
    std::vector<ParamValue> values;
    if (inner.empty()) {
        return values;
    }
    const ParamSpec element = elementSpec(spec, list);
    for (const std::string& item : listItems(inner)) {
        values.push_back(parseParam(trimmed(item), element));
    }
    return values;
}

bool meansAbsent(std::string_view text, const ParamSpec& spec)
{
    if (!spec.optional) {
        return false;
    }
    const auto* choice = std::get_if<Choice>(&spec.domain);
    const bool isOption =
        choice && std::ranges::find(choice->options, text) != choice->options.end();
    return !isOption && (text.empty() || text == "none");
}

template <class T>
ParamValue orText(const std::optional<T>& value, std::string_view text)
{
    return value ? ParamValue(*value) : ParamValue(std::string(text));
}

std::string realText(double value)
{
    char buffer[64];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
    std::string text(buffer, result.ptr);
    const std::size_t exponent = text.find('e');
    if (exponent != std::string::npos) { // "1e-04" as a person writes it
        const bool negative = text[exponent + 1] == '-';
        const std::size_t digits = text.find_first_not_of("+-0", exponent + 1);
        text = text.substr(0, exponent) + (negative ? "e-" : "e") + text.substr(digits);
    }
    return text;
}

std::string listText(const std::vector<ParamValue>& list)
{
    if (list.empty()) {
        return "[]";
    }
    std::string text;
    for (const ParamValue& element : list) {
        text += text.empty() ? "" : ",";
        for (const char letter : toText(element)) {
            text += letter == ',' || letter == '\\' ? "\\" : "";
            text += letter;
        }
    }
    return text;
}

} // namespace

std::optional<bool> flagFromText(std::string_view text)
{
    if (text == "true" || text == "yes" || text == "on" || text == "1") {
        return true;
    }
    if (text == "false" || text == "no" || text == "off" || text == "0") {
        return false;
    }
    return {};
}

ParamValue parseParam(std::string_view text, const ParamSpec& spec)
{
    const std::string_view word = trimmed(text);
    if (meansAbsent(word, spec)) {
        return {};
    }
    if (const auto* list = std::get_if<ListOf>(&spec.domain)) {
        return listFromText(text, spec, *list);
    }
    if (std::holds_alternative<Flag>(spec.domain)) {
        return orText(flagFromText(word), text);
    }
    if (std::holds_alternative<IntRange>(spec.domain)) {
        return orText(integerFromText(word), text);
    }
    if (std::holds_alternative<RealRange>(spec.domain)) {
        return orText(realFromText(word), text);
    }
    return std::string(std::holds_alternative<Choice>(spec.domain) ? word : text);
}

std::string toText(const ParamValue& value)
{
    if (const auto* flag = std::get_if<bool>(&value)) {
        return *flag ? "true" : "false";
    }
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        return std::to_string(*integer);
    }
    if (const auto* real = std::get_if<double>(&value)) {
        return realText(*real);
    }
    if (const auto* text = std::get_if<std::string>(&value)) {
        return *text;
    }
    if (const auto* list = std::get_if<std::vector<ParamValue>>(&value)) {
        return listText(*list);
    }
    return "none";
}

} // namespace espalier
