// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compress/PruneTarget.h"

#include <array>
#include <charconv>
#include <cmath>
#include <sstream>
#include <utility>

namespace espalier {

namespace {

std::optional<std::int64_t> wholeNumber(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 1) {
        return {};
    }
    return value;
}

std::string shortText(double value)
{
    std::ostringstream out;
    out.precision(4);
    out << value;
    return out.str();
}

/// The inputs that linears of a block have, by what they are called in config.json.
std::vector<std::pair<std::string, std::int64_t>> inputWidths(const ModelConfig& config)
{
    return {{"hidden_size", config.hiddenSize},
            {"heads x head_dim", config.heads * config.headDim},
            {"intermediate_size", config.intermediateSize}};
}

std::vector<ParamValue> patternsThatFit(const ModelConfig& config)
{
    std::vector<ParamValue> fitting;
    for (const Pattern& candidate : {Pattern{2, 4}, Pattern{4, 8}, Pattern{1, 4}, Pattern{1, 2}}) {
        bool fits = true;
        for (const auto& [name, width] : inputWidths(config)) {
            fits = fits && width % candidate.of == 0;
        }
        if (fits) {
            fitting.emplace_back(toText(candidate));
        }
    }
    fitting.emplace_back("unstructured");
    return fitting;
}

void checkAgainstSparsity(const PruneTarget& target, const Pattern& pattern,
                          std::vector<ParamIssue>& issues)
{
    if (std::abs(target.sparsity - pattern.sparsity()) < 1e-9) {
        return;
    }
    // The default cannot be told from a chosen 0.5, so that one only draws a remark.
    const bool leftAlone = target.sparsity == PruneTarget{}.sparsity;
    issues.push_back(
        {.key = "sparsity",
         .message =
             "The pattern " + target.pattern + " removes " + shortText(pattern.sparsity()) +
             " of the weights, but sparsity is " + shortText(target.sparsity) +
             (leftAlone ? ": the pattern decides." : ". Set one of the two, or make them agree."),
         .suggestions = {pattern.sparsity()},
         .blocks = !leftAlone});
}

} // namespace

std::optional<Pattern> patternFromText(std::string_view text)
{
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) {
        return {};
    }
    const auto removed = wholeNumber(text.substr(0, colon));
    const auto of = wholeNumber(text.substr(colon + 1));
    if (!removed || !of) {
        return {};
    }
    return Pattern{*removed, *of};
}

std::string toText(const Pattern& pattern)
{
    return std::to_string(pattern.removed) + ":" + std::to_string(pattern.of);
}

std::vector<ParamIssue> checkTarget(const PruneTarget& target, const ModelConfig* config)
{
    std::vector<ParamIssue> issues;
    const auto pattern = target.groups();
    if (!pattern) {
        return issues;
    }
    if (pattern->removed >= pattern->of) {
        issues.push_back(
            {.key = "pattern",
             .message = "The pattern " + target.pattern + " removes " +
                        std::to_string(pattern->removed) + " of every " +
                        std::to_string(pattern->of) +
                        " weights, which leaves none; the first number must be the smaller one.",
             .suggestions = {"2:4", "4:8"}});
        return issues;
    }
    checkAgainstSparsity(target, *pattern, issues);
    if (config != nullptr) {
        for (const auto& [name, width] : inputWidths(*config)) {
            if (width % pattern->of != 0) {
                issues.push_back({.key = "pattern",
                                  .message = "The pattern " + target.pattern +
                                             " needs inputs that are a multiple of " +
                                             std::to_string(pattern->of) + ", but this model has " +
                                             name + " " + std::to_string(width) + ".",
                                  .suggestions = patternsThatFit(*config)});
                break;
            }
        }
    }
    return issues;
}

Expectation expectDenseStorage(const ModelConfig& config, const PruneTarget& target)
{
    const double millions = static_cast<double>(parameterCount(config)) / 1e6;
    Expectation lines;
    lines.push_back(
        {.kind = ExpectationLine::Kind::Speed,
         .tone = ExpectationLine::Tone::Caution,
         .headline = "No speed-up expected on this machine: storage stays dense",
         .detail = "Pruned weights are stored and multiplied as zeros" +
                   std::string(target.groups() ? "; " + target.pattern +
                                                     " can be faster only where a runtime with "
                                                     "kernels for it executes the model."
                                               : ".")});
    lines.push_back({.kind = ExpectationLine::Kind::Size,
                     .tone = ExpectationLine::Tone::Caution,
                     .headline = "The exported model is as large as before",
                     .detail = "All " + shortText(millions) +
                               " million parameters stay in the file; about " +
                               shortText(100.0 * target.aim()) +
                               " % of the weights inside the blocks are zeros, which only a "
                               "compressed archive makes use of."});
    lines.push_back({.kind = ExpectationLine::Kind::Loads,
                     .tone = ExpectationLine::Tone::Good,
                     .headline = "Loads wherever the original loads",
                     .detail = "Same Hugging Face folder, names, shapes and number type; nothing "
                               "special is needed in "
                               "Transformers."});
    return lines;
}

} // namespace espalier
