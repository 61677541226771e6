// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/params/ParamText.h"

#include <algorithm>
#include <sstream>

namespace espalier {

namespace {

std::string joined(const std::vector<std::string>& words, std::string_view separator)
{
    std::string text;
    for (const std::string& word : words) {
        text += text.empty() ? "" : separator;
        text += word;
    }
    return text;
}

/// "0 to 0.95", "at least 1", "at most 8"; empty when there is no limit. `open` limits are not
/// named.
std::string limits(const ParamValue& min, const ParamValue& max, bool openBelow, bool openAbove)
{
    if (openBelow && openAbove) {
        return {};
    }
    if (openAbove) {
        return "at least " + toText(min);
    }
    return openBelow ? "at most " + toText(max) : toText(min) + " to " + toText(max);
}

std::string limits(const IntRange& range)
{
    return limits(range.min, range.max, range.min == INT64_MIN, range.max == INT64_MAX);
}

std::string limits(const RealRange& range)
{
    return limits(range.min, range.max, range.min <= -1e300, range.max >= 1e300);
}

std::string multiple(const IntRange& range)
{
    return range.multipleOf > 1 ? "a multiple of " + std::to_string(range.multipleOf) : "";
}

std::string numberText(const std::string& kind, const std::string& range)
{
    if (range.empty()) {
        return kind;
    }
    return kind + (range.starts_with("at ") ? ", " : " from ") + range;
}

struct InWords {
    bool plural = false;

    std::string operator()(const Flag&) const { return "true or false"; }

    std::string operator()(const IntRange& range) const
    {
        const std::string text =
            numberText(plural ? "whole numbers" : "a whole number", limits(range));
        return range.multipleOf > 1 ? text + ", " + multiple(range) : text;
    }

    std::string operator()(const RealRange& range) const
    {
        return numberText(plural ? "numbers" : "a number", limits(range));
    }

    std::string operator()(const Choice& choice) const
    {
        return "one of " + joined(choice.options, ", ");
    }

    std::string operator()(const Text& text) const
    {
        if (!text.patternHelp.empty()) {
            return text.patternHelp;
        }
        if (text.pattern.empty()) {
            return plural ? "texts" : "a text";
        }
        return "a text that matches " + text.pattern;
    }

    std::string operator()(const ListOf& list) const
    {
        return "a list of " + std::visit(InWords{true}, list.element);
    }
};

struct ValueName {
    std::string operator()(const Flag&) const { return ""; }

    std::string operator()(const IntRange&) const { return "N"; }

    std::string operator()(const RealRange&) const { return "REAL"; }

    std::string operator()(const Choice& choice) const { return joined(choice.options, "|"); }

    std::string operator()(const Text& text) const { return text.file ? "FILE" : "TEXT"; }

    std::string operator()(const ListOf& list) const
    {
        const std::string one = std::visit(*this, list.element);
        return one + "," + one + ",...";
    }
};

struct Allowed {
    std::string operator()(const IntRange& range) const
    {
        const std::string parts[] = {limits(range), multiple(range)};
        return parts[0] + (parts[0].empty() || parts[1].empty() ? "" : ", ") + parts[1];
    }

    std::string operator()(const RealRange& range) const { return limits(range); }

    std::string operator()(const Text& text) const { return text.patternHelp; }

    std::string operator()(const ListOf& list) const { return std::visit(*this, list.element); }

    template <class Other>
    std::string operator()(const Other&) const
    {
        return {};
    }
};

std::string helpText(const ParamSpec& spec)
{
    std::string text = spec.help;
    while (text.ends_with('.')) {
        text.pop_back();
    }
    const bool absent = std::holds_alternative<std::monostate>(spec.fallback);
    const std::string fallback = toText(spec.fallback);
    std::string remark = absent || fallback.empty() ? "" : "default " + fallback;
    if (!remark.empty() && !spec.unit.empty()) {
        remark += " " + spec.unit;
    }
    const std::string allowed = std::visit(Allowed{}, spec.domain);
    remark += (remark.empty() || allowed.empty() ? "" : ", ") + allowed;
    return text + (remark.empty() ? "." : " (" + remark + ").");
}

} // namespace

std::string domainText(const ParamSpec& spec)
{
    return std::visit(InWords{}, spec.domain) + (spec.unit.empty() ? "" : " (" + spec.unit + ")");
}

std::vector<HelpLine> helpLines(const ParamSchema& schema)
{
    std::vector<HelpLine> lines;
    for (const ParamSpec& spec : schema) {
        const std::string value = std::visit(ValueName{}, spec.domain);
        lines.push_back({"--" + spec.key + (value.empty() ? "" : " " + value), helpText(spec)});
    }
    return lines;
}

std::string alignedHelp(const std::vector<HelpLine>& lines, std::size_t width)
{
    constexpr std::size_t kWidestOption = 30;
    std::size_t column = 0;
    for (const HelpLine& line : lines) {
        column = std::max(column, std::min(line.option.size(), kWidestOption));
    }
    column += 4;
    std::string text;
    for (const HelpLine& line : lines) {
        std::string row = "  " + line.option;
        if (row.size() + 2 > column) { // a long option stands alone
            text += row + "\n";
            row.clear();
        }
        row.resize(column, ' ');
        std::istringstream words(line.text);
        for (std::string word; words >> word;) {
            if (row.size() > column && row.size() + 1 + word.size() > width) {
                text += row + "\n";
                row.assign(column, ' ');
            }
            row += (row.size() > column ? " " : "") + word;
        }
        text += row + "\n";
    }
    return text;
}

} // namespace espalier
