// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/KldStatistics.h"

#include "core/base/Error.h"
#include "core/eval/Statistics.h"

#include <cmath>
#include <cstdio>

namespace espalier {

namespace {

struct Level {
    const char* name; // as llama.cpp prints it
    const char* key;
    double fraction;
};

constexpr Level kKldLevels[] = {
    {"Maximum", "maximum", 1.0}, {"99.9%  ", "p999", 0.999}, {"99.0%  ", "p99", 0.99},
    {"95.0%  ", "p95", 0.95},    {"90.0%  ", "p90", 0.9},    {"Median ", "median", 0.5},
    {"10.0%  ", "p10", 0.1},     {" 5.0%  ", "p5", 0.05},    {" 1.0%  ", "p1", 0.01},
    {" 0.1%  ", "p01", 0.001},   {"Minimum", "minimum", 0.0}};
constexpr Level kProbabilityLevels[] = {
    {"Maximum", "maximum", 1.0}, {"99.9%  ", "p999", 0.999}, {"99.0%  ", "p99", 0.99},
    {"95.0%  ", "p95", 0.95},    {"90.0%  ", "p90", 0.9},    {"75.0%  ", "p75", 0.75},
    {"Median ", "median", 0.5},  {"25.0%  ", "p25", 0.25},   {"10.0%  ", "p10", 0.1},
    {" 5.0%  ", "p5", 0.05},     {" 1.0%  ", "p1", 0.01},    {" 0.1%  ", "p01", 0.001},
    {"Minimum", "minimum", 0.0}};

/// Sum, sum of squares, and with another list the sum of products.
struct Moments {
    double sum = 0.0, squares = 0.0, count = 0.0;

    void add(double value)
    {
        sum += value;
        squares += value * value;
        ++count;
    }

    Estimate mean() const
    {
        const double value = sum / count;
        const double variance = squares / count - value * value;
        const bool isKnown = variance > 0.0 && count > 10; // llama.cpp gives 0 there
        return {value, isKnown ? std::sqrt(variance / (count - 1.0)) : 0.0};
    }
};

double rootOf(double square)
{
    return square > 0.0 ? std::sqrt(square) : 0.0;
}

template <std::size_t N>
std::vector<std::pair<std::string, double>> levelsOf(std::vector<float>& values,
                                                     const Level (&levels)[N])
{
    std::vector<std::pair<std::string, double>> result;
    for (const Level& level : levels) {
        result.emplace_back(level.key, percentile(values, level.fraction));
    }
    return result;
}

/// Ratio and difference of the two perplexities, whose losses vary together.
void addPerplexities(KldStatistics& result, const Moments& own, const Moments& base,
                     double products)
{
    const Estimate mine = own.mean();
    const Estimate theirs = base.mean();
    const double count = own.count;
    const double covariance =
        count < 10 ? 0.0 : (products / count - mine.value * theirs.value) / (count - 1.0);
    result.perplexity = {std::exp(mine.value), std::exp(mine.value) * mine.standardError};
    result.basePerplexity = {std::exp(theirs.value), std::exp(theirs.value) * theirs.standardError};
    const double errors = mine.standardError * theirs.standardError;
    result.correlation = errors > 0.0 ? covariance / errors : std::nan("");
    const double variance = mine.standardError * mine.standardError +
                            theirs.standardError * theirs.standardError - 2.0 * covariance;
    result.logRatio = {mine.value - theirs.value, rootOf(variance)};
    const double ratio = std::exp(result.logRatio.value);
    result.ratio = {ratio, ratio * result.logRatio.standardError};
    const Estimate& q = result.perplexity;
    const Estimate& p = result.basePerplexity;
    result.difference = {q.value - p.value, rootOf(q.standardError * q.standardError +
                                                   p.standardError * p.standardError -
                                                   2.0 * q.value * p.value * covariance)};
}

void addEstimate(Json& json, const std::string& name, const Estimate& estimate)
{
    json[name] = numberToJson(estimate.value);
    json[name + "_stderr"] = numberToJson(estimate.standardError);
}

template <class... Values>
std::string line(const char* format, Values... values)
{
    char text[128];
    std::snprintf(text, sizeof text, format, values...);
    return std::string(text) + "\n";
}

std::string shareLine(const char* name, const Estimate& estimate)
{
    return line("%s: %6.3f \u00B1 %5.3f %%", name, 100.0 * estimate.value,
                100.0 * estimate.standardError);
}

} // namespace

KldStatistics kldStatistics(const std::vector<KldToken>& tokens)
{
    if (tokens.empty()) {
        throw Error(ErrorCode::InvalidInput, "A divergence needs one token or more.");
    }
    KldStatistics result{.tokens = static_cast<std::int64_t>(tokens.size())};
    Moments own;
    Moments base;
    Moments kld;
    Moments difference;
    Moments squared;
    Moments same;
    double products = 0.0;
    std::vector<float> klds;
    std::vector<float> differences;
    for (const KldToken& token : tokens) {
        const double dp = token.probabilityDifference;
        own.add(token.nll);
        base.add(token.baseNll);
        products += static_cast<double>(token.nll) * static_cast<double>(token.baseNll);
        kld.add(token.kld);
        difference.add(dp);
        squared.add(dp * dp);
        same.add(token.sameTop ? 1.0 : 0.0);
        klds.push_back(token.kld);
        differences.push_back(token.probabilityDifference);
    }
    addPerplexities(result, own, base, products);
    result.meanKld = kld.mean();
    result.kld = levelsOf(klds, kKldLevels);
    result.probability = levelsOf(differences, kProbabilityLevels);
    result.meanDifference = difference.mean();
    const Estimate square = squared.mean();
    const double root = std::sqrt(square.value);
    result.rmsDifference = {root, root > 0.0 ? 0.5 / root * square.standardError : 0.0};
    const double share = same.sum / same.count;
    const double spread = same.count > 1 ? share * (1.0 - share) / (same.count - 1.0) : 0.0;
    result.sameTop = {share, std::sqrt(spread)};
    return result;
}

Json toJson(const KldStatistics& statistics)
{
    Json json{{"tokens", statistics.tokens}, {"correlation", numberToJson(statistics.correlation)}};
    addEstimate(json, "perplexity", statistics.perplexity);
    addEstimate(json, "reference_perplexity", statistics.basePerplexity);
    addEstimate(json, "log_perplexity_ratio", statistics.logRatio);
    addEstimate(json, "perplexity_ratio", statistics.ratio);
    addEstimate(json, "perplexity_difference", statistics.difference);
    addEstimate(json, "mean_kld", statistics.meanKld);
    addEstimate(json, "mean_dp", statistics.meanDifference);
    addEstimate(json, "rms_dp", statistics.rmsDifference);
    addEstimate(json, "same_top_p", statistics.sameTop);
    for (const auto& [name, value] : statistics.kld) {
        json[name + "_kld"] = numberToJson(value);
    }
    for (const auto& [name, value] : statistics.probability) {
        json[name + "_dp"] = numberToJson(value);
    }
    return json;
}

std::string kldText(const KldStatistics& statistics)
{
    std::string text = "====== KL divergence statistics ======\n";
    text += line("Mean    KLD: %10.6f \u00B1 %10.6f", statistics.meanKld.value,
                 statistics.meanKld.standardError);
    for (std::size_t i = 0; i < statistics.kld.size(); ++i) {
        text += line("%s KLD: %10.6f", kKldLevels[i].name, statistics.kld[i].second);
    }
    text += "\n====== Token probability statistics ======\n";
    text += shareLine("Mean    \u0394p", statistics.meanDifference);
    for (std::size_t i = 0; i < statistics.probability.size(); ++i) {
        text += line("%s \u0394p: %6.3f%%", kProbabilityLevels[i].name,
                     100.0 * statistics.probability[i].second);
    }
    text += shareLine("RMS \u0394p    ", statistics.rmsDifference);
    text += shareLine("Same top p", statistics.sameTop);
    return text;
}

} // namespace espalier
