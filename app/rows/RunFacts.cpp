// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/rows/RunFacts.h"

#include "app/Text.h"
#include "core/analysis/NumberFormat.h"
#include "core/run/RunModels.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace espalier {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

QString translated(const char* text)
{
    return QCoreApplication::translate("RunFacts", text);
}

std::optional<double> find(const LastValues& values, const std::string& name)
{
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
}

QString protocol(const LastValues& values, const std::string& prefix, const std::string& data)
{
    const auto windows = find(values, prefix + "/windows");
    const auto length = find(values, prefix + "/length");
    if (!windows || !length) {
        return fromUtf8(data);
    }
    return translated("%1, %2 windows of %3 tokens")
        .arg(fromUtf8(data))
        .arg(qRound64(*windows))
        .arg(qRound64(*length));
}

void addQuality(QList<Fact>& facts, const LastValues& values)
{
    for (const std::string& data : dataSetsWith(values, "/perplexity")) {
        const std::string prefix = "eval/" + data;
        facts.append({translated("Perplexity, %1").arg(fromUtf8(data)),
                      fromUtf8(perplexityText(values.at(prefix + "/perplexity"))),
                      protocol(values, prefix, data)});
        const std::string divergence = prefix + "/divergence";
        if (const auto mean = find(values, divergence + "/mean_kld")) {
            facts.append({translated("Mean KL divergence"),
                          fromUtf8(divergenceText(*mean)) + translated(" nat"),
                          protocol(values, divergence, data)});
        }
        if (const auto same = find(values, divergence + "/same_top_p")) {
            facts.append({translated("Same top token"), fromUtf8(percentText(*same, 1)),
                          protocol(values, divergence, data)});
        }
    }
}

void addSizes(QList<Fact>& facts, const LastValues& values)
{
    struct Size {
        const char* series;
        QString label;
    };

    const Size sizes[] = {{"footprint/bytes", translated("Bytes on disk")},
                          {"footprint/bitmask_bytes", translated("with zeros as a bitmask")},
                          {"footprint/compressed_bytes", translated("after zstd")}};
    for (const Size& size : sizes) {
        if (const auto bytes = find(values, size.series)) {
            facts.append({size.label, fromUtf8(megabyteText(*bytes)), {}});
        }
    }
}

} // namespace

std::vector<std::string> dataSetsWith(const LastValues& values, std::string_view suffix)
{
    constexpr std::string_view prefix = "eval/";
    std::vector<std::string> names;
    for (const auto& [name, value] : values) {
        if (name.starts_with(prefix) && name.ends_with(suffix)) {
            const std::string data =
                name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
            if (data.find('/') == std::string::npos) {
                names.push_back(data);
            }
        }
    }
    return names;
}

double perplexityOf(const LastValues& values)
{
    const auto names = dataSetsWith(values, "/perplexity");
    return names.empty() ? kNan : values.at("eval/" + names.front() + "/perplexity");
}

double meanSparsityOf(const LastValues& values)
{
    const auto zeros = find(values, "footprint/linear_zeros");
    const auto all = find(values, "footprint/linear_parameters");
    if (zeros && all && *all > 0) {
        return *zeros / *all;
    }
    double sum = 0;
    int count = 0;
    for (const auto& [name, value] : values) {
        if (name.starts_with("sparsity/") && std::isfinite(value)) {
            sum += value;
            ++count;
        }
    }
    return count == 0 ? kNan : sum / count;
}

double totalSecondsOf(const LastValues& values)
{
    double sum = kNan;
    for (const auto& [name, value] : values) {
        if (name.starts_with("stage/") && name.ends_with("/seconds")) {
            sum = std::isnan(sum) ? value : sum + value;
        }
    }
    return sum;
}

double peakRssOf(const LastValues& values)
{
    double peak = kNan;
    for (const auto& [name, value] : values) {
        if (name.starts_with("stage/") && name.ends_with("/peak_rss_bytes")) {
            peak = std::isnan(peak) ? value : std::max(peak, value);
        }
    }
    return peak;
}

QList<Fact> factsOf(const LastValues& values, const RunRecord& run)
{
    QList<Fact> facts;
    addQuality(facts, values);
    if (const double sparsity = meanSparsityOf(values); !std::isnan(sparsity)) {
        facts.append({translated("Zeros in linears"), fromUtf8(percentText(sparsity, 1)), {}});
    }
    addSizes(facts, values);
    if (const auto speed = find(values, "speed/decode_tokens_per_second"); speed && *speed > 0) {
        facts.append({translated("Decode"),
                      fromUtf8(significantText(1000 / *speed, 3)) + translated(" ms/token"),
                      translated("Greedy, one sequence, on this machine")});
    }
    if (const double peak = peakRssOf(values); !std::isnan(peak)) {
        facts.append({translated("Peak memory"), fromUtf8(mebibyteText(peak)), {}});
    }
    if (const double seconds = totalSecondsOf(values); !std::isnan(seconds)) {
        facts.append({translated("Time, all stages"), fromUtf8(durationText(seconds)), {}});
    }
    if (usesGeneratedText(run)) {
        facts.append({translated("Calibration text"), translated("self-generated"),
                      translated("A model wrote it itself at a fixed seed")});
    }
    facts.append({translated("Seed, threads"),
                  QStringLiteral("%1, %2").arg(run.spec.seed).arg(run.spec.threads),
                  translated("The same seed and threads give the same bits")});
    return facts;
}

} // namespace espalier
