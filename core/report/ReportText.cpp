// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/ReportText.h"

#include "core/analysis/NumberFormat.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace espalier {

namespace {

constexpr std::size_t kShownHash = 12;

/// provenance[key] or null.
Json member(const Json& object, const std::string& key)
{
    return object.is_object() && object.contains(key) ? object.at(key) : Json();
}

std::string count(double value)
{
    return std::isfinite(value) ? countText(std::llround(value)) : kDash;
}

template <class Visit>
void forEachRun(const ReportData& data, Visit visit)
{
    for (const RunGroup& group : data.groups) {
        for (const MeasuredRun& run : group.members) {
            visit(run);
        }
    }
}

/// Distinct values of `read` over all runs, in order of first appearance.
template <class Read>
std::vector<std::string> distinct(const ReportData& data, Read read)
{
    std::vector<std::string> values;
    forEachRun(data, [&](const MeasuredRun& run) {
        const std::string text = read(run);
        if (!text.empty() && std::ranges::find(values, text) == values.end()) {
            values.push_back(text);
        }
    });
    return values;
}

std::string joined(const std::vector<std::string>& parts, const char* between)
{
    std::string text;
    for (const std::string& part : parts) {
        text += (text.empty() ? "" : between) + part;
    }
    return text;
}

std::string datasetText(const MeasuredRun& run, const std::string& dataset)
{
    const std::string series = "eval/" + dataset;
    const bool perplexity = run.values.contains(series + "/perplexity");
    if (!perplexity && !run.values.contains(series + "/divergence/mean_kld")) {
        return {};
    }
    const std::string base = perplexity ? series : series + "/divergence";
    Json data = member(member(run.record.provenance, "data"), dataset);
    if (textOf(member(data, "role")) == "calibration") {
        data = Json(); // the same name, but other windows
    }
    std::string text = "Evaluation on " + dataset;
    if (const std::string source = textOf(member(data, "source"));
        !source.empty() && source != dataset) {
        text += " (" + source + ")";
    }
    text += ": " + count(run.value(base + "/windows")) + " non-overlapping windows of " +
            count(run.value(base + "/length")) + " tokens, no context carried between them, " +
            count(run.value(base + "/tokens")) + " predicted tokens";
    if (const std::string way = textOf(member(data, "tokenised")); !way.empty()) {
        text += "; tokenised: " + way;
    }
    const std::pair<const char*, const char*> hashes[] = {{"fingerprint", "tokens"},
                                                          {"text_fingerprint", "text"}};
    for (const auto& [key, name] : hashes) {
        if (const std::string hash = textOf(member(data, key)); !hash.empty()) {
            text.append("; SHA-256 of the ").append(name).append(" begins with ");
            text += hash.substr(0, kShownHash);
        }
    }
    return text + ".";
}

std::string calibrationText(const MeasuredRun& run)
{
    const std::optional<DataSpec>& calibration = run.record.spec.calibration;
    if (!calibration) {
        return {};
    }
    return "Calibration: " + countText(calibration->windows) + " × " +
           countText(calibration->length) + " tokens of " + calibration->source + ".";
}

std::string machineText(const MeasuredRun& run)
{
    const Json machine = member(run.record.provenance, "machine");
    constexpr std::string_view kBytes = "_bytes";
    std::vector<std::string> parts;
    for (const auto& [key, value] : machine.items()) {
        if (key.ends_with(kBytes) && value.is_number()) {
            parts.push_back(key.substr(0, key.size() - kBytes.size()) + " " +
                            mebibyteText(value.get<double>()));
            continue;
        }
        std::string name = key;
        std::ranges::replace(name, '_', ' ');
        parts.push_back(name + " " + textOf(value));
    }
    return parts.empty() ? std::string() : "Machine: " + joined(parts, ", ") + ".";
}

/// What an entry of provenance["data"] says about where its text came from.
bool saysSelfGenerated(const Json& entry)
{
    const Json generated = member(entry, "self_generated");
    return (generated.is_boolean() && generated.get<bool>()) ||
           compactText(entry).find("self-generated") != std::string::npos;
}

bool isSampleData(const std::string& source)
{
    return source.starts_with("builtin:");
}

} // namespace

std::string textOf(const Json& value)
{
    return value.is_string() ? value.get<std::string>()
           : value.is_null() ? std::string()
                             : compactText(value);
}

std::vector<std::string> protocolSentences(const ReportData& data)
{
    std::vector<std::string> sentences;
    const auto add = [&](auto read) {
        const std::vector<std::string> texts = distinct(data, read);
        sentences.insert(sentences.end(), texts.begin(), texts.end());
    };
    for (const std::string& dataset : data.datasets) {
        add([&](const MeasuredRun& run) { return datasetText(run, dataset); });
    }
    if (!data.datasets.empty()) {
        sentences.emplace_back(
            "Perplexity is exp of the mean over windows of each window's mean cross-entropy; "
            "divergence is KL(reference‖model) over next-token distributions.");
    }
    add(calibrationText);
    std::vector<std::string> common;
    for (const auto& [key, value] : data.common) {
        common.push_back(key + " " + value);
    }
    if (!common.empty()) {
        sentences.push_back("Unless a row says otherwise: " + joined(common, ", ") + ".");
    }
    std::vector<std::string> folders;
    for (const auto& [name, path] : data.folders) {
        if (name != path) {
            folders.push_back(name + " is " + path);
        }
    }
    if (!folders.empty()) {
        sentences.push_back("Models: " + joined(folders, "; ") + ".");
    }
    const bool seeds = std::ranges::any_of(
        data.groups, [](const RunGroup& group) { return group.members.size() > 1; });
    sentences.emplace_back(
        seeds
            ? "Runs that differ by their seed only share a row: mean ± standard deviation (n − 1)."
            : "One seed a row: no deviation over seeds can be given.");
    add(machineText);
    return sentences;
}

std::vector<std::string> reportNotes(const ReportData& data)
{
    std::map<std::string, std::set<std::string>> fingerprints;
    std::set<std::string> selfGenerated;
    std::set<std::string> samples;
    std::vector<std::string> unfinished;
    forEachRun(data, [&](const MeasuredRun& run) {
        const Json entries = member(run.record.provenance, "data");
        for (const auto& [name, entry] : entries.items()) {
            const std::string source = textOf(member(entry, "source"));
            if (textOf(member(entry, "role")) != "calibration") {
                fingerprints[name].insert(textOf(member(entry, "fingerprint")));
            }
            if (saysSelfGenerated(entry)) {
                selfGenerated.insert(name);
            } else if (isSampleData(source)) {
                samples.insert(name);
            }
        }
        if (run.record.status != RunStatus::Succeeded) {
            unfinished.push_back(toText(run.record.id) + " (" +
                                 std::string(nameOf(run.record.status)) + ")");
        }
    });
    std::vector<std::string> notes;
    for (const std::string& name : selfGenerated) {
        notes.push_back(
            "Numbers that use " + name +
            " rest on text that a model generated itself at a fixed seed, not on human text.");
    }
    for (const std::string& name : samples) {
        notes.push_back("Numbers on " + name +
                        " come from the sample data shipped with Espalier: too small to compare "
                        "with published ones.");
    }
    for (const std::string& dataset : data.datasets) {
        if (fingerprints[dataset].size() > 1) {
            notes.push_back("Runs saw different tokens under the name " + dataset + " (" +
                            std::to_string(fingerprints[dataset].size()) +
                            " fingerprints): their numbers on it do not compare.");
        }
    }
    if (!unfinished.empty()) {
        notes.push_back("Not finished: " + joined(unfinished, ", ") + ".");
    }
    return notes;
}

} // namespace espalier
