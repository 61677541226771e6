// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/jobs/RunWorker.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// What endedBy() says of a worker that came to its end but could not write it down: the journal
/// tells the outcome of every other one.
inline constexpr std::string_view kJournalLost = "a journal that could not be written";
/// With this the worker program tells that its run has failed.
inline constexpr int kWorkerFailed = 4;

/// One run under way somewhere. Its journal tells the outcome; this tells whether it is still
/// going.
class ESPALIER_API ActiveRun {
public:
    virtual ~ActiveRun();
    virtual void request(StopRequest request) = 0;
    /// Waits at most this long; true when the worker is gone.
    virtual bool waitFor(int milliseconds) = 0;
    /// How the worker ended when it could not say so itself ("signal 9 (Killed)"); empty otherwise.
    virtual std::string endedBy() const = 0;
};

struct ProcessOptions {
    Path program = {}; // espalier-run
    std::vector<Path> pluginFolders = {};
    Path builtinData = {};
};

std::unique_ptr<ActiveRun> startThread(WorkerInputs inputs, const MethodCatalog& methods);
/// posix_spawn in a session of its own, output to runs/<id>/log: the worker outlives a closed
/// window.
std::unique_ptr<ActiveRun> startProcess(const WorkerInputs& inputs, const ProcessOptions& options);
/// A worker of an earlier window: its lock says when it is gone.
ESPALIER_API std::unique_ptr<ActiveRun> followProcess(const Path& runFolder);

/// What a worker process was asked to do with the SIGTERM it got: the file runs/<id>/request, else
/// leave.
ESPALIER_API StopRequest readRequest(const Path& runFolder);

} // namespace espalier
