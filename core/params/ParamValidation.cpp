// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/params/ParamText.h"

#include <algorithm>
#include <cmath>
#include <regex>
#include <set>

namespace espalier {

namespace {

constexpr std::size_t kLongestMatched = 2000; // std::regex recurses once per character

std::string shown(const ParamValue& value)
{
    if (std::holds_alternative<std::string>(value)) {
        return '"' + std::get<std::string>(value) + '"';
    }
    return std::holds_alternative<std::monostate>(value) ? "empty" : toText(value);
}

using Finding = std::optional<ParamIssue>;

Finding finding(const ParamSpec& spec, const ParamValue& value, std::vector<ParamValue> suggestions,
                const std::string& remark = {})
{
    ParamIssue issue{.key = spec.key, .suggestions = std::move(suggestions)};
    issue.message = spec.key + " is " + shown(value) + ", but must be " + domainText(spec);
    if (!remark.empty()) {
        issue.message += "; " + remark;
    } else if (!issue.suggestions.empty()) {
        issue.message += "; did you mean " + shown(issue.suggestions.front()) + "?";
        return issue;
    }
    issue.message += ".";
    return issue;
}

Finding check(const ParamSpec& spec, const ParamValue& value);

/// A value of the wrong type; suggests what its text would mean, and the nearest whole number of a
/// real.
Finding wrongType(const ParamSpec& spec, const ParamValue& value)
{
    std::vector<ParamValue> suggestions;
    const auto* real = std::get_if<double>(&value);
    const bool rounds =
        real && std::holds_alternative<IntRange>(spec.domain) && std::abs(*real) < 1e15;
    const ParamValue meant =
        rounds ? ParamValue(std::int64_t{std::llround(*real)}) : parseParam(toText(value), spec);
    if (!(meant == value) && meant.index() != value.index() && !check(spec, meant)) {
        suggestions.push_back(meant);
    }
    return finding(spec, value, std::move(suggestions));
}

Finding checkInteger(const ParamSpec& spec, const IntRange& range, const ParamValue& value)
{
    const auto* number = std::get_if<std::int64_t>(&value);
    if (!number) {
        return wrongType(spec, value);
    }
    const std::int64_t unit = range.multipleOf > 1 ? range.multipleOf : 1;
    std::int64_t below = std::clamp(*number, range.min, range.max);
    const std::int64_t rest = ((below % unit) + unit) % unit;
    if (below == *number && rest == 0) {
        return {};
    }
    std::vector<ParamValue> suggestions;
    if (below >= INT64_MIN + rest && below - rest >= range.min) {
        suggestions.emplace_back(below - rest);
    }
    if (rest != 0 && below <= INT64_MAX - unit && below - rest + unit <= range.max) {
        suggestions.emplace_back(below - rest + unit);
    }
    std::string remark;
    for (const ParamValue& suggestion : suggestions) {
        remark += (remark.empty() ? "" : " or ") + toText(suggestion);
    }
    return finding(spec, value, suggestions, remark.empty() ? "" : remark + " would do");
}

Finding checkReal(const ParamSpec& spec, const RealRange& range, const ParamValue& value)
{
    if (!isNumber(value)) {
        return wrongType(spec, value);
    }
    const auto* integer = std::get_if<std::int64_t>(&value);
    const double number = integer ? static_cast<double>(*integer) : std::get<double>(value);
    if (std::isnan(number)) {
        return finding(spec, value, {});
    }
    if (number >= range.min && number <= range.max) {
        return {};
    }
    const double percent = number / 100; // "50" where 0.5 was meant
    if (range.min >= 0 && range.max <= 1 && percent >= range.min && percent <= range.max &&
        number >= 2) {
        return finding(spec, value, {percent});
    }
    const double limit = std::clamp(number, range.min, range.max);
    return finding(spec, value, {limit}, toText(limit) + " is the nearest");
}

Finding checkChoice(const ParamSpec& spec, const Choice& choice, const ParamValue& value)
{
    const std::string word = toText(value);
    if (std::ranges::find(choice.options, word) != choice.options.end()) {
        return {};
    }
    std::vector<ParamValue> suggestions;
    for (const std::string& option : nearest(word, choice.options)) {
        suggestions.emplace_back(option);
    }
    return finding(spec, value, std::move(suggestions));
}

Finding checkText(const ParamSpec& spec, const Text& text, const ParamValue& value)
{
    if (!std::holds_alternative<std::string>(value) && !isNumber(value)) {
        return finding(spec, value, {});
    }
    if (text.pattern.empty()) {
        return {};
    }
    const std::string word = toText(value);
    try {
        if (word.size() <= kLongestMatched && std::regex_match(word, std::regex(text.pattern))) {
            return {};
        }
    } catch (const std::regex_error& error) {
        throw Error(ErrorCode::Internal, "The pattern \"" + text.pattern + "\" of the parameter " +
                                             spec.key +
                                             " is not a regular expression: " + error.what() +
                                             ". Report this to the method's author.");
    }
    return finding(spec, value, {});
}

Finding checkList(const ParamSpec& spec, const ListOf& list, const ParamValue& value)
{
    const auto* values = std::get_if<std::vector<ParamValue>>(&value);
    if (!values) {
        return wrongType(spec, value);
    }
    if (values->size() < list.minSize || values->size() > list.maxSize) {
        return ParamIssue{
            .key = spec.key,
            .message =
                spec.key + " has " + std::to_string(values->size()) + " values, but must have " +
                (list.minSize == list.maxSize
                     ? std::to_string(list.minSize)
                     : std::to_string(list.minSize) + " to " + std::to_string(list.maxSize)) +
                "."};
    }
    for (std::size_t i = 0; i < values->size(); ++i) {
        ParamSpec element = elementSpec(spec, list);
        element.key = "value " + std::to_string(i + 1) + " of " + spec.key;
        if (auto found = check(element, (*values)[i])) {
            found->key = spec.key;
            for (ParamValue& suggestion : found->suggestions) { // a whole list, ready to be used
                std::vector<ParamValue> repaired = *values;
                repaired[i] = suggestion;
                suggestion = repaired;
            }
            return found;
        }
    }
    return {};
}

struct Checker {
    const ParamSpec& spec;
    const ParamValue& value;

    Finding operator()(const Flag&) const
    {
        return std::holds_alternative<bool>(value) ? Finding{} : wrongType(spec, value);
    }

    Finding operator()(const IntRange& domain) const { return checkInteger(spec, domain, value); }

    Finding operator()(const RealRange& domain) const { return checkReal(spec, domain, value); }

    Finding operator()(const Choice& domain) const { return checkChoice(spec, domain, value); }

    Finding operator()(const Text& domain) const { return checkText(spec, domain, value); }

    Finding operator()(const ListOf& domain) const { return checkList(spec, domain, value); }
};

Finding check(const ParamSpec& spec, const ParamValue& value)
{
    if (std::holds_alternative<std::monostate>(value)) {
        return spec.optional ? Finding{}
                             : finding(spec, value,
                                       std::holds_alternative<std::monostate>(spec.fallback)
                                           ? std::vector<ParamValue>{}
                                           : std::vector{spec.fallback});
    }
    return std::visit(Checker{spec, value}, spec.domain);
}

ParamIssue unknown(const std::string& key, const ParamSchema& schema)
{
    std::vector<std::string> known;
    for (const ParamSpec& spec : schema) {
        known.push_back(spec.key);
    }
    ParamIssue issue{.key = key, .message = "There is no parameter \"" + key + "\""};
    for (const std::string& word : nearest(key, known)) {
        issue.suggestions.emplace_back(word);
    }
    if (!issue.suggestions.empty()) {
        issue.message += "; did you mean \"" + toText(issue.suggestions.front()) + "\"?";
        return issue;
    }
    std::string all;
    for (const std::string& word : known) {
        all += (all.empty() ? "" : ", ") + word;
    }
    issue.message += all.empty() ? "; this method has none." : "; known are " + all + ".";
    return issue;
}

} // namespace

std::vector<ParamIssue> validate(const ParamValues& values, const ParamSchema& schema)
{
    std::vector<ParamIssue> issues;
    std::set<std::string> seen;
    for (const auto& [key, value] : values) {
        const ParamSpec* spec = findSpec(schema, key);
        if (!spec) {
            issues.push_back(unknown(key, schema));
        } else if (!seen.insert(spec->key).second) {
            issues.push_back({.key = spec->key,
                              .message = spec->key + " is given twice, once as " + key + " with " +
                                         shown(value) + ". Keep one of them."});
        } else if (auto found = check(*spec, value)) {
            issues.push_back(std::move(*found));
        }
    }
    return issues;
}

} // namespace espalier
