// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Help.h"
#include "app/runner/Session.h"
#include "app/runner/Signals.h"
#include "app/runner/Verb.h"
#include "core/jobs/RunLinks.h"
#include "core/jobs/RunWorker.h"
#include "core/jobs/runners/Runner.h"

#include <atomic>
#include <filesystem>

namespace espalier::cli {

std::vector<OptionSpec> workerOptions()
{
    return {
        {"run-folder", "DIR", "runs/<id> of a workspace"},
        {"builtin-data", "DIR", "folder of builtin: data"},
        {"resume", "auto|never", "go on from the last checkpoint, or start over", false, "auto"},
        {"plugins", "DIR", "folder of methods", true},
        {"json", "", "one JSON document on stdout"},
        {"help", "", "this text"}};
}

/// Executes one run of a workspace by its folder; the queue that started it reads the journal.
int workerVerb(const Words& words)
{
    const Arguments arguments = Arguments::parse(words, workerOptions());
    if (arguments.has("help")) {
        return showVerbHelp("worker", arguments.has("json"));
    }
    const Path folder = arguments.required("run-folder");
    const RunRecord created = readCreated(folder / "journal.jsonl");
    std::vector<Path> plugins;
    for (const std::string& text : arguments.values("plugins")) {
        plugins.emplace_back(text);
    }
    const MethodCatalog methods(plugins.empty() ? methodFolders() : plugins);
    std::atomic<StopRequest> stop{StopRequest::None};
    const SignalWatch watch([&] { stop = readRequest(folder); });
    const RunStatus status =
        executeRun({.id = created.id,
                    .spec = created.spec,
                    .folder = folder,
                    .builtinData = arguments.valueOr("builtin-data", ""),
                    .resume = arguments.valueOr("resume", "auto") == "auto",
                    .modelOf = [runs = std::filesystem::absolute(folder).parent_path()](
                                   RunId id) { return modelOfRun(runs, id); }},
                   methods, stop);
    if (arguments.has("json")) {
        printJson({{"id", toText(created.id)}, {"status", nameOf(status)}});
    }
    switch (status) {
    case RunStatus::Succeeded:
        return Done;
    case RunStatus::Cancelled:
        return WasCancelled;
    case RunStatus::Paused:
    case RunStatus::Interrupted:
        return Resumable;
    default:
        return RunFailed;
    }
}

} // namespace espalier::cli
