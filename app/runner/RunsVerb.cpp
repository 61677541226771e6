// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Help.h"
#include "app/runner/RunsPeople.h"
#include "app/runner/Session.h"
#include "app/runner/Verb.h"
#include "core/analysis/RunDiff.h"
#include "core/jobs/RunLock.h"
#include "core/jobs/SettleRun.h"
#include "core/jobs/runners/Runner.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <signal.h>
#include <thread>

namespace espalier::cli {

namespace {

Json runsJson(const StoreReader& reader, const std::vector<RunRecord>& records)
{
    Json all = Json::array();
    for (const RunRecord& record : records) {
        all.push_back(runJson(reader, record));
    }
    return {{"runs", std::move(all)}};
}

int print(const StoreReader& reader, const Arguments& arguments,
          const std::vector<RunRecord>& records)
{
    if (arguments.has("json")) {
        printJson(runsJson(reader, records));
    } else {
        printRuns(reader, records);
    }
    return Done;
}

int list(const Arguments& arguments)
{
    const StoreReader reader(workspaceOf(arguments));
    return print(reader, arguments, reader.runs(arguments.valueOr("experiment", "")));
}

int show(const Arguments& arguments)
{
    const StoreReader reader(workspaceOf(arguments));
    const std::vector<RunRecord> records = namedRuns(reader, arguments);
    if (arguments.has("json")) {
        return print(reader, arguments, records);
    }
    for (const RunRecord& record : records) {
        printDetails(reader, record);
    }
    return Done;
}

int compare(const Arguments& arguments)
{
    const StoreReader reader(workspaceOf(arguments));
    const std::vector<RunRecord> records = namedRuns(reader, arguments);
    std::vector<RunSpec> specs;
    Json runs = Json::array();
    for (const RunRecord& record : records) {
        specs.push_back(record.spec);
        runs.push_back(runJson(reader, record));
    }
    const std::vector<SpecDifference> found = differences(specs);
    if (arguments.has("json")) {
        Json list = Json::array();
        for (const SpecDifference& difference : found) {
            list.push_back({{"key", difference.key},
                            {"values", difference.values},
                            {"changes_numbers", difference.changesNumbers}});
        }
        printJson({{"runs", runs}, {"differences", list}});
        return Done;
    }
    printRuns(reader, records);
    std::printf("\nOnly differences:\n");
    std::vector<std::vector<std::string>> rows{{"Field"}};
    for (const RunRecord& record : records) {
        rows.front().push_back(toText(record.id));
    }
    for (const SpecDifference& difference : found) {
        rows.push_back({difference.key});
        for (const std::string& value : difference.values) {
            rows.back().push_back(value.empty() ? "-" : value);
        }
    }
    printTable(rows);
    return Done;
}

int resume(const Arguments& arguments)
{
    const MethodCatalog methods(methodFolders());
    Session session(arguments, methods);
    std::vector<RunRecord> records = namedRuns(session.reader(), arguments);
    for (const RunRecord& record : records) {
        if (record.status == RunStatus::Succeeded) {
            throw Error(ErrorCode::InvalidInput,
                        "Run " + toText(record.id) + " has succeeded already.");
        }
        session.queue().resume(record.id);
    }
    session.drain();
    const StoreReader reader = session.reader();
    int code = Done;
    for (RunRecord& record : records) {
        record = reader.run(record.id).value();
        code = std::max(code, exitCodeOf(record));
    }
    if (arguments.has("json")) {
        Json document = runsJson(reader, records);
        addOutcome(document, records);
        printJson(document);
    } else {
        printRuns(reader, records);
    }
    printFailures(records);
    return code;
}

/// Its worker lives, here or in another process.
bool isWorkedOn(const RunRecord& record, const WorkspaceLayout& layout)
{
    return record.status == RunStatus::Running &&
           !RunLock(RunLock::fileOf(layout.run(record.id))).isHeld();
}

/// A running run's worker is another process; it checkpoints and says in its journal that it was
/// stopped. One that waits, with no queue open that could start it, is cancelled here.
int stop(const Arguments& arguments)
{
    const StoreReader reader(workspaceOf(arguments));
    const WorkspaceLayout layout{workspaceOf(arguments)};
    for (const RunRecord& record : namedRuns(reader, arguments)) {
        const Path folder = layout.run(record.id);
        if (record.status == RunStatus::Waiting && !record.isStudy) {
            ExperimentStore store(layout.folder);
            store.setStatus(record.id, RunStatus::Cancelled);
            store.flush();
            continue;
        }
        if (!isWorkedOn(record, layout)) {
            throw Error(ErrorCode::InvalidInput, "Run " + toText(record.id) +
                                                     " is not running; it is " +
                                                     std::string(nameOf(record.status)) + ".");
        }
        if (!std::filesystem::exists(folder / "worker.pid")) {
            throw Error(ErrorCode::InvalidInput,
                        "Run " + toText(record.id) +
                            " runs on a thread of the program that started it; stop it there.");
        }
        followProcess(folder)->request(StopRequest::Stop);
    }
    if (arguments.has("json")) {
        printJson({{"stopping", true}});
    }
    return Done;
}

/// The models of these runs go with them: who starts from one is told.
void tellWhoStartsFrom(const StoreReader& reader, const std::vector<RunRecord>& goes)
{
    for (const RunRecord& other : reader.runs()) {
        for (const RunRecord& record : goes) {
            const std::string reference = "run:" + toText(record.id);
            const bool stays = std::ranges::find(goes, other.id, &RunRecord::id) == goes.end();
            if (!stays || (other.spec.model != reference && other.spec.teacher != reference)) {
                continue;
            }
            if (!isFinal(other.status)) {
                throw Error(ErrorCode::InvalidInput,
                            "Run " + toText(other.id) + " needs the model of run " +
                                toText(record.id) + " and is not finished. Delete that one too.");
            }
            std::fprintf(stderr,
                         "Run %s was made from the model of run %s, which is deleted: it cannot be "
                         "repeated from there.\n",
                         toText(other.id).c_str(), toText(record.id).c_str());
        }
    }
}

int remove(const Arguments& arguments)
{
    ExperimentStore store(workspaceOf(arguments));
    const std::vector<RunRecord> records =
        namedRuns(StoreReader(workspaceOf(arguments)), arguments);
    for (const RunRecord& record : records) {
        if (isWorkedOn(record, store.layout())) {
            throw Error(ErrorCode::InvalidInput,
                        "Run " + toText(record.id) + " is running. Stop it first.");
        }
    }
    tellWhoStartsFrom(StoreReader(workspaceOf(arguments)), records);
    for (const RunRecord& record : records) {
        if (!isFinal(record.status) && !record.isStudy) {
            store.setStatus(record.id, RunStatus::Cancelled); // nobody will go on with it
            store.flush();
        }
        store.removeRun(record.id);
    }
    store.flush();
    if (arguments.has("json")) {
        printJson({{"deleted", records.size()}});
    }
    return Done;
}

using Action = std::pair<std::string_view, int (*)(const Arguments&)>;

constexpr std::array<Action, 9> kActions{{{"list", list},
                                          {"show", show},
                                          {"compare", compare},
                                          {"resume", resume},
                                          {"stop", stop},
                                          {"delete", remove},
                                          {"tag", tagRuns},
                                          {"note", noteRuns},
                                          {"move", moveRun}}};

/// "list, show, ..., note or move"
std::string actionNames(std::string_view last)
{
    std::string names;
    for (const Action& action : kActions) {
        names += names.empty() ? "" : &action == &kActions.back() ? last : ", ";
        names += action.first;
    }
    return names;
}

} // namespace

std::vector<OptionSpec> runsOptions()
{
    std::vector<OptionSpec> options = sessionOptions();
    options.push_back({"experiment", "TEXT", "only runs of this experiment (list)"});
    const std::vector<OptionSpec> people = peopleOptions();
    options.insert(options.end(), people.begin(), people.end());
    return options;
}

int runsVerb(const Words& words)
{
    const Arguments arguments = Arguments::parse(words, runsOptions());
    if (arguments.has("help")) {
        return showVerbHelp("runs", arguments.has("json"));
    }
    const std::string action = arguments.positional(0, "action (" + actionNames(" or ") + ")");
    const auto found = std::ranges::find(kActions, action, &Action::first);
    if (found == kActions.end()) {
        throw UsageError("There is no runs action \"" + action + "\". Known are " +
                         actionNames(" and ") + ".");
    }
    catchUp(workspaceOf(arguments));
    return found->second(arguments);
}

} // namespace espalier::cli
