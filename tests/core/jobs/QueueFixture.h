// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/jobs/JobQueue.h"
#include "core/method/MethodCatalog.h"
#include "core/store/ExperimentStore.h"
#include "core/store/StoreReader.h"
#include "tests/support/Process.h"
#include "tests/support/RunSamples.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

#include <memory>
#include <mutex>
#include <vector>

namespace espalier::test {

inline const MethodCatalog& builtMethods()
{
    static const MethodCatalog methods({binaryFolder() / "lib" / "espalier" / "methods"});
    return methods;
}

class CountingObserver : public RunObserver {
public:
    void runChanged(RunId run) override
    {
        const std::lock_guard lock(m_mutex);
        m_seen.insert(run);
    }

    bool hasSeen(RunId run)
    {
        const std::lock_guard lock(m_mutex);
        return m_seen.contains(run);
    }

private:
    std::mutex m_mutex;
    std::set<RunId> m_seen;
};

/// A workspace with a queue on it. close() ends the session as a closed window does.
class QueueFixture {
public:
    explicit QueueFixture(RunnerKind runner = RunnerKind::Thread)
        : m_runner(runner)
    {
        open();
    }

    void open()
    {
        store = std::make_unique<ExperimentStore>(folder.path());
        queue = std::make_unique<JobQueue>(
            *store, builtMethods(), observer,
            QueueOptions{.runner = m_runner,
                         .workerProgram = runnerProgram(),
                         .builtinData = demoFolder(),
                         .pluginFolders = {binaryFolder() / "lib" / "espalier" / "methods"}});
    }

    void close()
    {
        queue.reset();
        store.reset();
    }

    StoreReader reader() const { return StoreReader(folder.path()); }

    RunRecord record(RunId id) const { return reader().run(id).value(); }

    RunStatus status(RunId id) const { return record(id).status; }

    WorkspaceLayout layout() const { return {folder.path()}; }

    /// Until `steps` training steps are in the rows.
    bool waitForSteps(RunId id, std::size_t steps) const
    {
        const StoreReader rows = reader();
        return waitUntil([&] { return rows.series(id, "train/loss/total").size() >= steps; });
    }

    TempFolder folder;
    CountingObserver observer;
    std::unique_ptr<ExperimentStore> store;
    std::unique_ptr<JobQueue> queue;

private:
    RunnerKind m_runner;
};

/// Trains until somebody stops it.
inline RunSpec endlessSpec()
{
    RunSpec spec = sampleSpec("distill-logits");
    spec.params["steps"] = 100'000;
    spec.params["checkpoint-every"] = 0;
    spec.params["evaluate-every"] = 0;
    return spec;
}

/// Loads the model and measures nothing.
inline RunSpec shortSpec()
{
    RunSpec spec = sampleSpec("none");
    spec.calibration.reset();
    spec.evaluations.clear();
    spec.exports.clear();
    return spec;
}

/// Passes the checks of submit() and fails while loading.
inline RunSpec failingSpec()
{
    RunSpec spec = shortSpec();
    spec.evaluations = {
        {.kind = "perplexity", .data = {.source = "builtin:tinystories", .length = 4096}}};
    return spec;
}

/// A distillation that can be paused in its middle and still ends soon.
inline RunSpec pausableSpec()
{
    RunSpec spec = sampleSpec("distill-logits");
    spec.params["steps"] = 40;
    spec.params["checkpoint-every"] = 0; // only a request makes a checkpoint
    return spec;
}

} // namespace espalier::test
