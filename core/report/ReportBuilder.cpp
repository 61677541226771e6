// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/ReportBuilder.h"

#include "core/report/ReportFigures.h"
#include "core/report/ReportTables.h"
#include "core/report/ReportText.h"

#include <algorithm>
#include <optional>

namespace espalier {

namespace {

/// What `read` says of every run; empty where they differ.
template <class Read>
std::string sharedText(const StoreReader& store, const std::vector<RunId>& runs, Read read)
{
    const std::string text = read(store.run(runs.front()).value());
    const bool shared =
        std::ranges::all_of(runs, [&](RunId id) { return read(store.run(id).value()) == text; });
    return shared ? text : std::string();
}

std::string titleOf(const StoreReader& store, const std::vector<RunId>& runs,
                    const ReportOptions& options)
{
    if (!options.title.empty()) {
        return options.title;
    }
    const std::string study = sharedText(store, runs, [&](const RunRecord& record) {
        if (record.isStudy) {
            return record.spec.title;
        }
        const auto parent = record.parent == RunId::None ? std::nullopt : store.run(record.parent);
        return parent ? parent->spec.title : std::string();
    });
    const std::string title =
        sharedText(store, runs, [](const RunRecord& record) { return record.spec.title; });
    const std::string experiment =
        sharedText(store, runs, [](const RunRecord& record) { return record.spec.experiment; });
    const bool alone = runs.size() == 1 && !title.empty();
    for (const std::string& text : {alone ? title : study, title, experiment}) {
        if (!text.empty()) {
            return text;
        }
    }
    return "Report of run " + toText(runs.front()) +
           (runs.size() > 1 ? " and " + std::to_string(runs.size() - 1) + " more" : "");
}

} // namespace

Report buildReport(const StoreReader& store, const std::vector<RunId>& runs,
                   const ReportOptions& options)
{
    const ReportData data = gatherRuns(store, runs, options);
    Report report;
    report.title = titleOf(store, runs, options);
    report.subtitle = options.subtitle;
    report.protocol = protocolSentences(data);
    report.findings = findingSentences(data);
    report.tables = reportTables(data);
    report.figures = reportFigures(store, data, options);
    report.runs = reportRuns(data);
    report.notes = reportNotes(data);
    return report;
}

} // namespace espalier
