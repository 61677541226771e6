// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/RunItems.h"

namespace espalier {

namespace {

std::string fingerprintOf(const RunRecord& record, const std::string& data)
{
    const Json all = record.provenance.value("data", Json::object());
    const Json entry = all.value(data, Json::object());
    return entry.value("fingerprint", std::string());
}

/// Windows of a group, averaged over its seeds. `fingerprint` is that of the first run of all.
std::vector<double> windowsOf(const StoreReader& store, const NamedRuns& group,
                              const std::string& data, std::string& fingerprint)
{
    std::vector<std::vector<double>> runs;
    for (const RunId id : group.runs) {
        const std::optional<RunRecord> record = store.run(id);
        std::vector<double> values;
        for (const MetricPoint& point : store.series(id, itemSeriesName(data, "nll"))) {
            values.push_back(point.value);
        }
        if (!record || values.empty()) {
            continue; // a seed that failed
        }
        const std::string seen = fingerprintOf(*record, data);
        fingerprint = fingerprint.empty() ? seen : fingerprint;
        if (seen != fingerprint) {
            return {};
        }
        runs.push_back(std::move(values));
    }
    return averagedItems(runs);
}

} // namespace

ItemMeasure windowMeasure(const std::string& data)
{
    return {.name = "perplexity on " + data + ", the same text window by window",
            .items = "windows",
            .scale = ItemScale::Perplexity};
}

ItemComparison compareRunsByWindow(const StoreReader& store, const std::vector<NamedRuns>& groups,
                                   const std::string& data)
{
    std::vector<ItemScores> scores;
    std::string fingerprint;
    for (const NamedRuns& group : groups) {
        scores.push_back({group.name, windowsOf(store, group, data, fingerprint)});
    }
    return compareItems(scores, windowMeasure(data));
}

} // namespace espalier
