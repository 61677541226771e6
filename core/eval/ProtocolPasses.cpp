// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/ProtocolPasses.h"

#include "core/base/Error.h"
#include "core/eval/PythonText.h"
#include "core/eval/SequenceScores.h"
#include "core/eval/Statistics.h"
#include "core/tokenizer/Utf8.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace espalier {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double sumOf(const std::vector<double>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0);
}

/// exp of an estimate: d exp(x) = exp(x) dx.
Estimate exponential(const Estimate& estimate)
{
    const double value = std::exp(estimate.value);
    return {value, value * estimate.standardError};
}

void addItem(ProtocolResult& result, const std::vector<double>& losses)
{
    const double sum = sumOf(losses);
    result.nll += sum;
    result.tokens += static_cast<std::int64_t>(losses.size());
    result.itemLosses.push_back(sum / static_cast<double>(losses.size()));
}

void requireItems(const ProtocolResult& result)
{
    if (result.itemLosses.empty()) {
        throw Error(ErrorCode::InvalidInput, "The data holds no " + result.itemName +
                                                 " with anything to predict. Give more text.");
    }
}

/// The windows of lm-evaluation-harness: one token of context before what is predicted; only the
/// last one, which has less to predict, reaches back as far as a window can.
SequenceGroup windowsOf(const RollingDocument& document, const RollingOptions& options)
{
    std::vector<std::int32_t> stream{options.prefixToken};
    stream.insert(stream.end(), document.tokens.begin(), document.tokens.end());
    const auto count = static_cast<std::int64_t>(document.tokens.size());
    SequenceGroup group;
    for (std::int64_t predicted = 0; predicted < count;) {
        const std::int64_t more = std::min(options.length, count - predicted);
        const std::int64_t end = predicted + more + 1; // in the stream
        const std::int64_t begin = std::max<std::int64_t>(end - 1 - options.length, 0);
        group.members.push_back({.tokens = {stream.begin() + begin, stream.begin() + end},
                                 .firstScored = end - more - begin});
        predicted += more;
    }
    return group;
}

} // namespace

ProtocolResult scriptsPerplexity(CausalLM& model, const CalibrationSet& data, std::int64_t batch,
                                 const StepFunction& step)
{
    const PerplexityResult measured = perplexity(model, data, batch, step);
    return {.protocol = PerplexityProtocol::Scripts,
            .perplexity = {measured.perplexity, measured.standardError},
            .nll = measured.nll,
            .tokens = measured.tokens,
            .itemName = "windows",
            .itemLosses = measured.windowLosses,
            .length = measured.length};
}

ProtocolResult chunkResult(const std::vector<std::vector<double>>& chunkLosses, std::int64_t length)
{
    ProtocolResult result{
        .protocol = PerplexityProtocol::LlamaCpp, .itemName = "chunks", .length = length};
    double squares = 0.0;
    for (const std::vector<double>& losses : chunkLosses) {
        addItem(result, losses);
        for (const double loss : losses) {
            squares += loss * loss;
        }
    }
    const auto count = static_cast<double>(result.tokens);
    const double mean = result.nll / count;
    const double variance = squares / count - mean * mean;
    const double error = variance > 0 ? std::sqrt(variance / (count - 1.0)) : kNan;
    result.perplexity = exponential({mean, error});
    return result;
}

ProtocolResult rollingPerplexity(CausalLM& model, const std::vector<RollingDocument>& documents,
                                 const RollingOptions& options, const StepFunction& step)
{
    if (options.length < 1) {
        throw Error(ErrorCode::InvalidInput, "A rolling window has to hold 1 position or more.");
    }
    std::vector<SequenceGroup> groups;
    std::vector<double> tokens;
    std::vector<double> words;
    std::vector<double> bytes;
    ProtocolResult result{
        .protocol = PerplexityProtocol::LmEval, .itemName = "documents", .length = options.length};
    for (const RollingDocument& document : documents) {
        if (document.tokens.empty()) {
            ++result.leftOut;
            continue;
        }
        groups.push_back(windowsOf(document, options));
        tokens.push_back(static_cast<double>(document.tokens.size()));
        words.push_back(static_cast<double>(document.words));
        bytes.push_back(static_cast<double>(document.bytes));
    }
    std::vector<double> losses;
    for (const auto& group : scoreSequences(model, groups, options.batch, step).groups) {
        std::vector<double> ofDocument;
        for (const SequenceScore& window : group) {
            ofDocument.insert(ofDocument.end(), window.losses.begin(), window.losses.end());
        }
        losses.push_back(sumOf(ofDocument));
        addItem(result, ofDocument);
    }
    requireItems(result);
    result.perplexity = exponential(ratioOfSums(losses, tokens));
    result.wordPerplexity = exponential(ratioOfSums(losses, words));
    const Estimate perByte = ratioOfSums(losses, bytes);
    result.bytePerplexity = exponential(perByte);
    result.bitsPerByte = {perByte.value / std::numbers::ln2,
                          perByte.standardError / std::numbers::ln2};
    return result;
}

std::int64_t rollingWords(std::string_view text)
{
    std::int64_t pieces = 1;
    bool inSpace = false;
    for (std::size_t position = 0; position < text.size();) {
        const char32_t letter = nextCodePoint(text, position);
        const bool isSpace = isPythonSpace(letter);
        pieces += isSpace && !inSpace ? 1 : 0;
        inSpace = isSpace;
    }
    return pieces;
}

ProtocolResult sentencePerplexity(CausalLM& model,
                                  const std::vector<std::vector<std::int32_t>>& lines,
                                  const SentenceOptions& options, const StepFunction& step)
{
    if (options.length < 2) {
        throw Error(ErrorCode::InvalidInput, "Lines of one token predict nothing: a length of " +
                                                 std::to_string(options.length) +
                                                 " was asked for, 2 is the least.");
    }
    std::vector<SequenceGroup> groups;
    ProtocolResult result{
        .protocol = PerplexityProtocol::PerSentence, .itemName = "lines", .length = options.length};
    for (const std::vector<std::int32_t>& line : lines) {
        ScoreSequence sequence;
        if (options.start) {
            sequence.tokens.push_back(*options.start);
        }
        const std::size_t room = static_cast<std::size_t>(options.length) - sequence.tokens.size();
        sequence.tokens.insert(sequence.tokens.end(), line.begin(),
                               line.begin() +
                                   static_cast<std::ptrdiff_t>(std::min(room, line.size())));
        if (sequence.tokens.size() < 2) {
            ++result.leftOut;
            continue;
        }
        groups.push_back({{std::move(sequence)}});
    }
    for (const auto& group : scoreSequences(model, groups, options.batch, step).groups) {
        addItem(result, group.front().losses);
    }
    requireItems(result);
    std::vector<double> perplexities;
    for (const double loss : result.itemLosses) {
        perplexities.push_back(std::exp(loss));
    }
    const MeanAndError mean = meanAndError(perplexities);
    result.perplexity = {mean.mean, mean.standardError};
    return result;
}

} // namespace espalier
