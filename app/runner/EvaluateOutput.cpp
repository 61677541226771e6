// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/EvaluateOutput.h"

#include "app/runner/Output.h"
#include "core/analysis/NumberFormat.h"

#include <cstdio>
#include <string>
#include <vector>

namespace espalier::cli {

namespace {

constexpr const char* kPerplexity = "perplexity";

void printPairs(const Json& result)
{
    std::vector<std::vector<std::string>> rows{{"Figure", "Value"}};
    for (const auto& [key, value] : result.items()) {
        if (value.is_object()) {
            for (const auto& [inner, text] : value.items()) {
                rows.push_back(
                    {key + "." + inner, text.is_string() ? text.get<std::string>() : text.dump()});
            }
        } else {
            rows.push_back({key, value.is_string() ? value.get<std::string>() : value.dump()});
        }
    }
    printTable(rows);
}

std::string figureText(const Json& value)
{
    return value.is_number() ? significantText(value.get<double>(), 6, NumberStyle::Plain) : "";
}

void addFigure(std::vector<std::vector<std::string>>& rows, const Json& from,
               const std::string& name, const std::string& shown, const Json& n)
{
    const bool isPerplexity = name == kPerplexity && from.contains("standard_error");
    const std::string key = isPerplexity ? "standard_error" : name + "_stderr";
    rows.push_back(
        {shown, figureText(from.at(name)), figureText(from.value(key, Json())), n.dump()});
}

constexpr const char* kFigures[] = {
    kPerplexity,       "acc",          "acc_norm", "acc_bytes", "word_perplexity",
    "byte_perplexity", "bits_per_byte"};

/// Every figure with its standard error and n, under the name of its protocol; then all else.
void printFigures(const Json& result)
{
    std::printf("Protocol: %s\n", result.at("protocol").get<std::string>().c_str());
    std::vector<std::vector<std::string>> rows{{"Figure", "Value", "Standard error", "n"}};
    Json rest = result;
    for (const char* key : {"protocol", "n", "standard_error", "groups"}) {
        rest.erase(key);
    }
    for (const std::string name : kFigures) {
        if (result.contains(name)) {
            addFigure(rows, result, name, name, result.at("n"));
            rest.erase(name);
            rest.erase(name + "_stderr");
        }
    }
    const Json groups = result.value("groups", Json::object());
    for (const auto& [name, group] : groups.items()) {
        addFigure(rows, group, "acc", "acc, " + name, group.at("n"));
    }
    printTable(rows);
    std::printf("\n");
    printPairs(rest);
}

} // namespace

void printEvaluation(const Json& result)
{
    if (result.contains("text")) { // as llama-perplexity prints it
        std::printf("Protocol: %s, n = %lld tokens\n%s",
                    result.at("protocol").get<std::string>().c_str(),
                    static_cast<long long>(result.at("n").get<std::int64_t>()),
                    result.at("text").get<std::string>().c_str());
    } else if (result.contains("protocol") && result.contains("n")) {
        printFigures(result);
    } else {
        printPairs(result);
    }
}

} // namespace espalier::cli
