// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/PerplexityProtocol.h"

#include "core/base/Error.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace espalier {

namespace {

struct Named {
    PerplexityProtocol protocol;
    std::string_view name, words;
};

constexpr Named kProtocols[] = {
    {PerplexityProtocol::Scripts, "scripts",
     "windows without overlap, every position but the first, exp of the mean of window means"},
    {PerplexityProtocol::LlamaCpp, "llama.cpp",
     "chunks without overlap, the second half of each scored, exp of the mean over tokens"},
    {PerplexityProtocol::LmEval, "lm-eval",
     "rolling log-likelihood of whole documents, per word, byte and token"},
    {PerplexityProtocol::PerSentence, "per-sentence",
     "every line alone, mean of the lines' perplexities"},
};

const Named& entryOf(PerplexityProtocol protocol)
{
    for (const Named& entry : kProtocols) {
        if (entry.protocol == protocol) {
            return entry;
        }
    }
    throw Error(ErrorCode::Internal, "A perplexity protocol without a name.");
}

void addEstimate(Json& json, const std::string& name, const Estimate& estimate)
{
    json[name] = numberToJson(estimate.value);
    json[name + "_stderr"] = numberToJson(estimate.standardError);
}

} // namespace

std::string_view nameOf(PerplexityProtocol protocol)
{
    return entryOf(protocol).name;
}

std::string_view describe(PerplexityProtocol protocol)
{
    return entryOf(protocol).words;
}

const std::vector<PerplexityProtocol>& perplexityProtocols()
{
    static const std::vector<PerplexityProtocol> all = [] {
        std::vector<PerplexityProtocol> list;
        for (const Named& entry : kProtocols) {
            list.push_back(entry.protocol);
        }
        return list;
    }();
    return all;
}

PerplexityProtocol perplexityProtocolFromName(std::string_view name)
{
    std::string known;
    for (const Named& entry : kProtocols) {
        if (entry.name == name) {
            return entry.protocol;
        }
        known += (known.empty() ? "" : ", ") + std::string(entry.name);
    }
    throw Error(ErrorCode::InvalidInput, "There is no perplexity protocol called \"" +
                                             std::string(name) + "\". Known are " + known + ".");
}

Estimate ratioOfSums(const std::vector<double>& a, const std::vector<double>& b)
{
    const double sumA = std::accumulate(a.begin(), a.end(), 0.0);
    const double sumB = std::accumulate(b.begin(), b.end(), 0.0);
    Estimate result{sumA / sumB, std::numeric_limits<double>::quiet_NaN()};
    if (a.size() < 2) {
        return result;
    }
    double squares = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double residual = a[i] - result.value * b[i];
        squares += residual * residual;
    }
    const auto count = static_cast<double>(a.size());
    result.standardError = std::sqrt(squares * count / (count - 1.0)) / sumB;
    return result;
}

Json toJson(const ProtocolResult& result)
{
    Json json{{"protocol", nameOf(result.protocol)},
              {"protocol_words", describe(result.protocol)},
              {"perplexity", numberToJson(result.perplexity.value)},
              {"standard_error", numberToJson(result.perplexity.standardError)},
              {"nll", numberToJson(result.nll)},
              {"tokens", result.tokens},
              {"n", result.itemLosses.size()},
              {"items", result.itemName},
              {"length", result.length}};
    if (result.leftOut > 0) {
        json["left_out"] = result.leftOut;
    }
    if (result.wordPerplexity) {
        addEstimate(json, "word_perplexity", *result.wordPerplexity);
        addEstimate(json, "byte_perplexity", *result.bytePerplexity);
        addEstimate(json, "bits_per_byte", *result.bitsPerByte);
    }
    return json;
}

} // namespace espalier
