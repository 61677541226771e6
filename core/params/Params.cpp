// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/params/Params.h"

#include "core/params/ParamText.h"

#include <algorithm>

namespace espalier {

namespace {

char folded(char letter)
{
    if (letter == '_') {
        return '-';
    }
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string folded(std::string_view word)
{
    std::string result(word);
    for (char& letter : result) {
        letter = folded(letter);
    }
    return result;
}

/// Insertions, deletions, substitutions and swaps of neighbours, one each.
std::size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<std::vector<std::size_t>> cost(a.size() + 1,
                                               std::vector<std::size_t>(b.size() + 1, 0));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            cost[i][j] =
                std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
            }
        }
    }
    return cost[a.size()][b.size()];
}

ParamValue widened(const ParamValue& value, const ParamSpec& spec)
{
    const auto* list = std::get_if<ListOf>(&spec.domain);
    if (list && std::holds_alternative<std::vector<ParamValue>>(value)) {
        std::vector<ParamValue> result;
        for (const ParamValue& element : std::get<std::vector<ParamValue>>(value)) {
            result.push_back(widened(element, elementSpec(spec, *list)));
        }
        return result;
    }
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number && std::holds_alternative<RealRange>(spec.domain)) {
        return static_cast<double>(*number);
    }
    const bool wantsText =
        std::holds_alternative<Text>(spec.domain) || std::holds_alternative<Choice>(spec.domain);
    if (wantsText && isNumber(value)) {
        return toText(value);
    }
    return value;
}

} // namespace

const ParamSpec* findSpec(const ParamSchema& schema, std::string_view key)
{
    const auto same = [&](const ParamSpec& spec) {
        return std::ranges::equal(spec.key, key, [](char a, char b) {
            return (a == '_' ? '-' : a) == (b == '_' ? '-' : b);
        });
    };
    const auto found = std::ranges::find_if(schema, same);
    return found == schema.end() ? nullptr : &*found;
}

std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& known,
                                 std::size_t count)
{
    const std::string wanted = folded(word.substr(0, 100)); // the distance is quadratic
    std::vector<std::pair<std::size_t, std::string>> found;
    for (const std::string& candidate : known) {
        const std::string other = folded(candidate);
        const std::size_t longest = std::max(wanted.size(), other.size());
        const bool abbreviates = wanted.size() >= 2 && other.starts_with(wanted);
        const std::size_t distance = abbreviates ? 1 : editDistance(wanted, other);
        if (distance < longest && distance <= 1 + longest / 4) {
            found.emplace_back(distance, candidate);
        }
    }
    std::ranges::stable_sort(found, {}, &std::pair<std::size_t, std::string>::first);
    std::vector<std::string> result;
    for (std::size_t i = 0; i < std::min(count, found.size()); ++i) {
        result.push_back(found[i].second);
    }
    return result;
}

ParamSpec elementSpec(const ParamSpec& spec, const ListOf& list)
{
    ParamSpec element{.key = spec.key};
    std::visit([&](const auto& domain) { element.domain = domain; }, list.element);
    return element;
}

ParamValues completed(const ParamValues& values, const ParamSchema& schema)
{
    ParamValues result;
    for (const ParamSpec& spec : schema) {
        result[spec.key] = spec.fallback;
    }
    for (const auto& [key, value] : values) {
        if (const ParamSpec* spec = findSpec(schema, key)) {
            result[spec->key] = widened(value, *spec);
        } else {
            result[key] = value;
        }
    }
    return result;
}

} // namespace espalier
