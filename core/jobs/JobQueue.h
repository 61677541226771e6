// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/base/Path.h"
#include "core/run/RunRecord.h"

#include <memory>
#include <string>
#include <vector>

namespace espalier {

class ExperimentStore;
class MethodCatalog;

/// Told that something about a run changed: the rows say what. Called on worker threads, never on
/// the GUI thread.
class ESPALIER_API RunObserver {
public:
    virtual ~RunObserver();
    virtual void runChanged(RunId run) = 0;
};

/// thread: in this program. process: a child `espalier-run worker`, so that a crash or the
/// out-of-memory killer ends one run and nothing else. Both write the same journal and the same
/// bits.
enum class RunnerKind { Thread = 1, Process };

struct QueueOptions {
    RunnerKind runner = RunnerKind::Process;
    Path workerProgram = {};                    // espalier-run; needed for RunnerKind::Process
    std::vector<std::string> devices = {"cpu"}; // one worker per device slot
    Path builtinData = {};                      // resources/demo
    std::vector<Path> pluginFolders = {};       // handed to child processes
};

/// Where a waiting run should stand: before another one, or at the front or the back of its
/// priority.
struct Position {
    enum class Where { Front = 1, Back, Before };
    Where where = Where::Back;
    RunId before = RunId::None;
    std::int64_t priority = 0;
};

/// Waiting runs by priority, then order; a run starts when all it depends on have succeeded and its
/// device slot is free. A run whose dependency failed or was cancelled fails with a sentence that
/// names it.
class ESPALIER_API JobQueue {
public:
    /// Runs found running whose worker is gone (its lock is free) become interrupted; a living
    /// worker of an earlier window is followed again.
    JobQueue(ExperimentStore& store, const MethodCatalog& methods, RunObserver& observer,
             QueueOptions options);
    /// Thread runs are asked to leave and become interrupted; child processes go on.
    ~JobQueue();
    JobQueue(const JobQueue&) = delete;
    JobQueue& operator=(const JobQueue&) = delete;

    /// Throws InvalidInput with the first issue when the spec cannot run (unknown method, parameter
    /// issues, missing teacher, calibration or files), NotFound when it needs a run that there is
    /// not. The row is on disk when this returns.
    RunId submit(const RunSpec& spec, RunId study = RunId::None);
    /// A parent row; its members are submitted with its id and give it its status.
    RunId submitStudy(std::string_view title, std::string_view experiment);

    void stop(RunId run);   // asks; the run ends at its next step, what was finished is kept
    void pause(RunId run);  // checkpoint at the next step, memory freed; resume() goes on bit-equal
    void resume(RunId run); // a paused, interrupted or failed run goes on from its last checkpoint
    void retry(RunId run);  // from the beginning, same id
    void place(RunId run, Position at);
    void pauseQueue(); // nothing new starts
    void resumeQueue();
    void drain(); // waits until nothing waits or runs: espalier-run and tests
    void leave(); // checkpoints what runs (it becomes interrupted), starts nothing new; drain()
                  // returns then

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace espalier
