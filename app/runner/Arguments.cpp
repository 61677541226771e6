// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Arguments.h"

#include "core/params/ParamText.h"
#include "core/params/Params.h"

#include <algorithm>
#include <charconv>

namespace espalier::cli {

namespace {

constexpr std::size_t kHelpColumn = 30;

std::string normal(std::string_view name)
{
    std::string text(name);
    std::ranges::replace(text, '_', '-');
    return text;
}

const OptionSpec& find(std::string_view name, const std::vector<OptionSpec>& known)
{
    const std::string wanted = normal(name);
    std::vector<std::string> names;
    for (const OptionSpec& option : known) {
        if (option.name == wanted) {
            return option;
        }
        names.push_back(option.name);
    }
    const auto close = nearest(wanted, names);
    throw UsageError("There is no option --" + wanted + "." +
                     (close.empty() ? "" : " Did you mean --" + close.front() + "?"));
}

} // namespace

Arguments Arguments::parse(const std::vector<std::string>& words,
                           const std::vector<OptionSpec>& known)
{
    Arguments result;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (!word.starts_with("--") || word == "--") {
            result.m_positionals.push_back(word);
            continue;
        }
        const auto equals = word.find('=');
        const OptionSpec& option = find(std::string_view(word).substr(2, equals - 2), known);
        auto& values = result.m_options[option.name];
        if (!values.empty() && !option.repeats) {
            throw UsageError("The option --" + option.name + " is given twice. Give it once.");
        }
        const bool isSwitch = option.value.empty() && option.fallback.empty(); // --json, --help
        if (isSwitch && equals != std::string::npos) {
            throw UsageError("The option --" + option.name + " takes no value. Write it alone.");
        }
        if (option.value.empty()) { // a yes-or-no parameter may be followed by its value
            const bool hasNext = i + 1 < words.size() && flagFromText(words[i + 1]);
            values.push_back(equals != std::string::npos ? word.substr(equals + 1)
                             : !isSwitch && hasNext      ? words[++i]
                                                         : "true");
        } else if (equals != std::string::npos) {
            values.push_back(word.substr(equals + 1));
        } else if (i + 1 < words.size()) {
            values.push_back(words[++i]);
        } else {
            throw UsageError("The option --" + option.name + " needs a value: " + option.value +
                             ".");
        }
    }
    return result;
}

bool Arguments::has(std::string_view name) const
{
    return m_options.find(name) != m_options.end();
}

std::optional<std::string> Arguments::value(std::string_view name) const
{
    const auto found = m_options.find(name);
    return found == m_options.end() ? std::nullopt : std::optional(found->second.back());
}

std::string Arguments::valueOr(std::string_view name, std::string fallback) const
{
    return value(name).value_or(std::move(fallback));
}

std::vector<std::string> Arguments::values(std::string_view name) const
{
    const auto found = m_options.find(name);
    return found == m_options.end() ? std::vector<std::string>{} : found->second;
}

std::int64_t Arguments::number(std::string_view name, std::int64_t fallback, std::int64_t min,
                               std::int64_t max) const
{
    const auto text = value(name);
    if (!text) {
        return fallback;
    }
    std::int64_t number = 0;
    const auto [end, reason] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (reason != std::errc{} || end != text->data() + text->size() || number < min ||
        number > max) {
        const bool isTooLarge = number > max || reason == std::errc::result_out_of_range;
        throw UsageError("--" + std::string(name) + " is \"" + *text +
                         "\"; it must be a whole number of at least " + std::to_string(min) +
                         (isTooLarge ? " and at most " + std::to_string(max) : "") + ".");
    }
    return number;
}

double Arguments::real(std::string_view name, double fallback) const
{
    const auto text = value(name);
    if (!text) {
        return fallback;
    }
    double number = 0;
    const auto [end, reason] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (reason != std::errc{} || end != text->data() + text->size()) {
        throw UsageError("--" + std::string(name) + " is \"" + *text + "\"; it must be a number.");
    }
    return number;
}

std::string Arguments::required(std::string_view name) const
{
    const auto text = value(name);
    if (!text || text->empty()) {
        throw UsageError("The option --" + std::string(name) + " is missing.");
    }
    return *text;
}

std::string Arguments::positional(std::size_t index, std::string_view what) const
{
    if (index >= m_positionals.size()) {
        throw UsageError("The " + std::string(what) + " is missing.");
    }
    return m_positionals[index];
}

std::string helpLines(const std::vector<OptionSpec>& options)
{
    std::string text;
    for (const OptionSpec& option : options) {
        const bool isTruth = option.value.empty() && !option.fallback.empty();
        const std::string value = isTruth ? "[true|false]" : option.value;
        std::string line = "  --" + option.name + (value.empty() ? "" : " " + value);
        line += std::string(line.size() < kHelpColumn ? kHelpColumn - line.size() : 1, ' ');
        text += line + option.help +
                (option.fallback.empty() ? "" : " (default " + option.fallback + ")") +
                (option.repeats ? " (may be given several times)" : "") + "\n";
    }
    return text;
}

} // namespace espalier::cli
