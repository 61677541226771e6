// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/NumberFormat.h"
#include "core/report/ReportText.h"
#include "core/run/RunModels.h"

#include <algorithm>
#include <map>
#include <set>

namespace espalier {

namespace {

void addFacts(ReportRun& run, const std::string& name, const Json& value)
{
    if (value.is_object()) {
        for (const auto& [key, child] : value.items()) {
            addFacts(run, name.empty() ? key : name + "." + key, child);
        }
    } else if (!value.is_null() && value != Json::array() && value != Json("")) {
        run.facts.emplace_back(name, textOf(value));
    }
}

/// Moves what every run that has it says alike into an entry of its own, before the runs.
void tellOnce(std::vector<ReportRun>& runs)
{
    using Facts = std::vector<std::pair<std::string, std::string>>;
    std::map<std::string, std::pair<std::set<std::string>, std::size_t>> values;
    for (const ReportRun& run : runs) {
        for (const auto& [name, value] : run.facts) {
            values[name].first.insert(value);
            ++values[name].second;
        }
    }
    const auto shared = [&](const auto& fact) {
        const auto& [texts, count] = values[fact.first];
        return texts.size() == 1 && count > 1 && fact.first != "status";
    };
    ReportRun common{"The same in every run that has it", {}, {}};
    for (ReportRun& run : runs) {
        Facts own;
        for (auto& fact : run.facts) {
            if (!shared(fact)) {
                own.push_back(std::move(fact));
            } else if (std::ranges::find(common.facts, fact) == common.facts.end()) {
                common.facts.push_back(std::move(fact));
            }
        }
        run.facts = std::move(own);
    }
    if (!common.facts.empty()) {
        runs.insert(runs.begin(), std::move(common));
    }
}

} // namespace

std::vector<ReportRun> reportRuns(const ReportData& data)
{
    std::vector<ReportRun> list;
    for (const RunGroup& group : data.groups) {
        for (const MeasuredRun& run : group.members) {
            ReportRun entry;
            const RunRecord& record = run.record;
            entry.heading = "Run " + toText(record.id) + ": " + group.name +
                            (group.members.size() > 1 ? ", seed " + std::to_string(record.spec.seed)
                                                      : std::string());
            entry.facts.emplace_back("status", std::string(nameOf(record.status)));
            if (record.failure) {
                entry.facts.emplace_back("failure", record.failure->message);
            }
            entry.facts.emplace_back("seed", std::to_string(record.spec.seed));
            entry.facts.emplace_back("spec", fingerprint(record.spec));
            entry.facts.emplace_back("method version", std::to_string(record.methodVersion));
            Json provenance = record.provenance;
            for (const char* key : {"command", "process", "spec_fingerprint"}) { // told, or no use
                provenance.erase(key);
            }
            addFacts(entry, {}, provenance);
            for (const Artifact& artifact : record.artifacts) {
                entry.facts.emplace_back(artifact.kind + " " + artifact.path,
                                         countText(artifact.bytes) + " bytes, SHA-256 " +
                                             artifact.sha256);
            }
            entry.command = commandLine(withFolders(record));
            list.push_back(std::move(entry));
        }
    }
    tellOnce(list);
    return list;
}

} // namespace espalier
