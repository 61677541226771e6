// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/runner/Arguments.h"
#include "app/runner/Output.h"
#include "core/jobs/JobQueue.h"
#include "core/method/MethodCatalog.h"
#include "core/report/ReportBuilder.h"
#include "core/store/ExperimentStore.h"
#include "core/store/StoreReader.h"

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace espalier::cli {

/// Folders beside the program: build/<preset>/bin or an installed prefix.
Path builtinDataFolder();
Path thisProgram();
/// ESPALIER_PLUGIN_PATH, then what stands beside the program.
std::vector<Path> methodFolders();
/// --workspace, else ESPALIER_WORKSPACE, else espalier/workspace in the user's data folder.
Path workspaceOf(const Arguments& arguments);

/// Options of every verb that runs something.
std::vector<OptionSpec> sessionOptions();

/// Options of verbs that only read a workspace.
std::vector<OptionSpec> readerOptions();

/// A workspace opened for writing with a queue on it; what `apply`, `run` and `runs resume` share.
class Session {
public:
    Session(const Arguments& arguments, const MethodCatalog& methods);
    ~Session();

    JobQueue& queue() { return *m_queue; }

    ExperimentStore& store() { return *m_store; }

    StoreReader reader() const { return StoreReader(m_workspace); }

    /// Waits for the queue with live progress on stderr; TERM and INT checkpoint and end the wait.
    /// True when it was left that way.
    bool drain();

private:
    class Observer;
    void draw(const std::stop_token& stop) const;

    Path m_workspace;
    std::unique_ptr<Observer> m_observer;
    std::unique_ptr<ExperimentStore> m_store;
    std::unique_ptr<JobQueue> m_queue;
};

/// The run a person names by its number; throws NotFound with where to look.
RunRecord requireRun(const StoreReader& reader, const std::string& text);
/// Those named behind the action of `runs`: all of them, or UsageError where there is none.
std::vector<RunRecord> namedRuns(const StoreReader& reader, const Arguments& arguments);
/// Everything about a run under documented, stable names.
Json runJson(const StoreReader& reader, const RunRecord& record);
/// "error" of a document about runs that were to be done: the first that is not, and why. Nothing
/// when all have succeeded.
void addOutcome(Json& document, const std::vector<RunRecord>& records);
/// Where a file of the run is now.
Path fileOf(const StoreReader& reader, const RunRecord& record, const Artifact& artifact);
/// The exit code a run's status asks for.
int exitCodeOf(const RunRecord& record);
/// Why runs failed, a sentence each on stderr, whatever goes to stdout.
void printFailures(const std::vector<RunRecord>& records);
/// Warnings of a run, such as a Hessian that needed more damping, a line each on stderr.
void printWarnings(const StoreReader& reader, RunId run);
/// Everything a person asks of one run: what it was, its results, its files, how it ended.
void printDetails(const StoreReader& reader, const RunRecord& record);
/// "Wanda" for prune-wanda.
ReportOptions reportOptions(const MethodCatalog& methods);
/// Table of runs: id, method, status, sparsity, perplexity, divergence, bytes, seconds.
void printRuns(const StoreReader& reader, const std::vector<RunRecord>& records);

} // namespace espalier::cli
