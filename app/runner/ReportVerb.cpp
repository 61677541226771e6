// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Help.h"
#include "app/runner/Session.h"
#include "app/runner/Verb.h"
#include "core/jobs/SettleRun.h"
#include "core/report/ReportBuilder.h"

#include <cstdio>

namespace espalier::cli {

namespace {

/// Numbers of runs; a study stands for its members.
std::vector<RunId> chosenRuns(const StoreReader& reader, const std::vector<std::string>& texts)
{
    std::vector<RunId> ids;
    for (const std::string& text : texts) {
        const RunRecord record = requireRun(reader, text);
        if (!record.isStudy) {
            ids.push_back(record.id);
            continue;
        }
        for (const RunRecord& member : reader.members(record.id)) {
            ids.push_back(member.id);
        }
    }
    return ids;
}

} // namespace

std::vector<OptionSpec> reportVerbOptions()
{
    std::vector<OptionSpec> options = readerOptions();
    options.push_back({"out", "DIR", "folder of the report"});
    return options;
}

int reportVerb(const Words& words)
{
    const Arguments arguments = Arguments::parse(words, reportVerbOptions());
    if (arguments.has("help")) {
        return showVerbHelp("report", arguments.has("json"));
    }
    const Path folder = arguments.required("out");
    arguments.positional(0, "run");
    catchUp(workspaceOf(arguments));
    const StoreReader reader(workspaceOf(arguments));
    const MethodCatalog methods(methodFolders());
    writeReport(
        buildReport(reader, chosenRuns(reader, arguments.positionals()), reportOptions(methods)),
        folder);
    const std::string page = (folder / "report.html").string();
    if (arguments.has("json")) {
        printJson({{"report", page}, {"folder", folder.string()}});
    } else {
        std::printf("Report: %s\n", page.c_str());
    }
    return Done;
}

} // namespace espalier::cli
