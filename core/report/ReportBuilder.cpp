// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/ReportBuilder.h"

#include "core/report/ReportFigures.h"
#include "core/report/ReportTables.h"
#include "core/report/ReportText.h"

namespace espalier {

namespace {

std::string titleOf(const StoreReader& store, const std::vector<RunId>& runs,
                    const ReportOptions& options)
{
    if (!options.title.empty()) {
        return options.title;
    }
    const std::optional<RunRecord> first = store.run(runs.front());
    for (const std::string* text : {&first->spec.title, &first->spec.experiment}) {
        if (!text->empty()) {
            return *text;
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
