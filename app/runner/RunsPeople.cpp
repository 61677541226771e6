// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/RunsPeople.h"

#include "app/runner/Session.h"
#include "app/runner/Verb.h"
#include "core/jobs/JobQueue.h"
#include "core/jobs/WaitingRuns.h"

#include <algorithm>
#include <cstdio>

namespace espalier::cli {

namespace {

/// Says what the runs have now, after everything is on disk.
int show(const Arguments& arguments, ExperimentStore& store, const std::vector<RunRecord>& runs)
{
    store.flush();
    const StoreReader reader(workspaceOf(arguments));
    Json all = Json::array();
    for (const RunRecord& before : runs) {
        const RunRecord run = reader.run(before.id).value();
        all.push_back({{"id", toText(run.id)},
                       {"tags", run.tags},
                       {"note", run.note},
                       {"order", run.order},
                       {"priority", run.spec.priority}});
        if (!arguments.has("json")) {
            std::string tags;
            for (const std::string& tag : run.tags) {
                tags += (tags.empty() ? "" : ", ") + tag;
            }
            std::printf("Run %s: %s%s%s\n", toText(run.id).c_str(),
                        tags.empty() ? "no tag" : ("tags " + tags).c_str(),
                        run.note.empty() ? "" : "; note: ", run.note.c_str());
        }
    }
    if (arguments.has("json")) {
        printJson({{"runs", std::move(all)}});
    }
    return Done;
}

void takeOut(std::vector<std::string>& tags, const std::string& tag)
{
    tags.erase(std::remove(tags.begin(), tags.end(), tag), tags.end());
}

} // namespace

std::vector<OptionSpec> peopleOptions()
{
    return {
        {"add", "TAG", "a tag to add (tag)", true},
        {"remove", "TAG", "a tag to take away (tag)", true},
        {"text", "TEXT", "the note; empty takes it away (note)"},
        {"before", "RUN", "the waiting run to stand before (move)"},
        {"first", "", "before all that wait at its priority (move)"},
        {"last", "", "behind all that wait at its priority (move)"},
    };
}

int tagRuns(const Arguments& arguments)
{
    if (!arguments.has("add") && !arguments.has("remove")) {
        throw UsageError("Nothing is asked for. Give --add TAG or --remove TAG.");
    }
    ExperimentStore store(workspaceOf(arguments));
    const std::vector<RunRecord> runs = namedRuns(StoreReader(workspaceOf(arguments)), arguments);
    for (const RunRecord& run : runs) {
        std::vector<std::string> tags = run.tags;
        for (const std::string& tag : arguments.values("remove")) {
            takeOut(tags, tag);
        }
        for (const std::string& tag : arguments.values("add")) {
            takeOut(tags, tag);
            tags.push_back(tag);
        }
        store.setTags(run.id, tags);
    }
    return show(arguments, store, runs);
}

int noteRuns(const Arguments& arguments)
{
    const auto text = arguments.value("text");
    if (!text) {
        throw UsageError("The option --text is missing.");
    }
    ExperimentStore store(workspaceOf(arguments));
    const std::vector<RunRecord> runs = namedRuns(StoreReader(workspaceOf(arguments)), arguments);
    for (const RunRecord& run : runs) {
        store.setNote(run.id, *text);
    }
    return show(arguments, store, runs);
}

int moveRun(const Arguments& arguments)
{
    const int asked = static_cast<int>(arguments.has("before")) +
                      static_cast<int>(arguments.has("first")) +
                      static_cast<int>(arguments.has("last"));
    if (asked != 1) {
        throw UsageError("Where to is not clear. Give one of --before RUN, --first and --last.");
    }
    ExperimentStore store(workspaceOf(arguments));
    const StoreReader reader(workspaceOf(arguments));
    const std::vector<RunRecord> runs = namedRuns(reader, arguments);
    WaitingRuns waiting;
    for (const RunRecord& record : reader.runs()) {
        waiting.know(record);
    }
    const RunRecord& run = runs.front();
    Position at{.where = arguments.has("first") ? Position::Where::Front : Position::Where::Back,
                .priority = run.spec.priority};
    if (const auto before = arguments.value("before")) {
        at = {.where = Position::Where::Before, .before = requireRun(reader, *before).id};
    }
    const auto placed = runs.size() == 1 ? waiting.place(run.id, at) : std::nullopt;
    if (!placed) {
        throw Error(ErrorCode::InvalidInput,
                    "Only one run that waits can be moved, before another one that waits.");
    }
    store.setOrder(run.id, placed->order, placed->priority);
    return show(arguments, store, runs);
}

} // namespace espalier::cli
