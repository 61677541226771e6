// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/RunWorker.h"

#include "core/eval/Evaluation.h"
#include "core/jobs/InputCheck.h"
#include "core/jobs/JournalMonitor.h"
#include "core/jobs/Leftovers.h"
#include "core/jobs/Provenance.h"
#include "core/jobs/RunLinks.h"
#include "core/jobs/RunLock.h"
#include "core/jobs/RunParts.h"
#include "core/jobs/SpareSpace.h"
#include "core/method/MethodCatalog.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>

#include <cstdio>
#include <new>
#include <typeinfo>

namespace espalier {

namespace {

/// One worker's way through a run.
class Execution {
public:
    Execution(const WorkerInputs& inputs, const MethodCatalog& methods,
              const std::atomic<StopRequest>& stop)
        : m_inputs(inputs)
        , m_methods(methods)
        , m_stop(stop)
        , m_journal(inputs.folder / "journal.jsonl")
        , m_monitor(m_journal, inputs.folder, stop)
        , m_spare(inputs.folder)
    {
    }

    RunStatus run();

private:
    std::optional<Json> begin();
    void work(const std::optional<Json>& resume);
    RunStatus fail(ErrorCode code, const std::string& message);
    RunStatus end(RunStatus status, const std::optional<Failure>& failure = {});
    RunStatus statusOfRequest() const;

    const WorkerInputs& m_inputs;
    const MethodCatalog& m_methods;
    const std::atomic<StopRequest>& m_stop;
    JournalWriter m_journal;
    JournalMonitor m_monitor;
    SpareSpace m_spare;
};

std::optional<Json> Execution::begin()
{
    const auto point = m_inputs.resume ? ResumePoint::read(m_inputs.folder) : std::nullopt;
    if (point) {
        m_journal.truncate(point->journalOffset);
    } else {
        ResumePoint{m_journal.offset(), nullptr}.save(m_inputs.folder);
    }
    m_journal.status(RunStatus::Running);
    return point && !point->state.is_null() ? std::optional<Json>(point->state) : std::nullopt;
}

void Execution::work(const std::optional<Json>& resume)
{
    const RunSpec& spec = m_inputs.spec;
    // Before any parallel region of this thread: libtorch takes the count over at the first one.
    at::set_num_threads(static_cast<int>(spec.threads));
    // A GPU has operators without a deterministic form: there it is a wish.
    const bool onCpu = spec.device == "cpu";
    at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/!onCpu);
    RunInputs contextInputs{.folder = m_inputs.folder, .resume = resume};
    const auto start = std::chrono::steady_clock::now();
    resetPeakRss();
    LoadedRun loaded = loadRun(m_inputs, m_methods);
    contextInputs.spec = &loaded.spec;
    Json provenance = provenanceOf(loaded.spec);
    provenance["spec_fingerprint"] = fingerprint(spec);
    provenance.update(readCreated(m_inputs.folder / "journal.jsonl").provenance);
    provenance["model"] = modelProvenance(loaded.modelFolder);
    if (!loaded.teacherFolder.empty()) {
        provenance["teacher"] = modelProvenance(loaded.teacherFolder);
    }
    provenance["data"] = loaded.dataProvenance;
    if (resume) {
        requireSameInputs(lastProvenance(m_inputs.folder / "journal.jsonl"), provenance);
    }
    m_journal.provenance(provenance);
    contextInputs.model = loaded.model.get();
    contextInputs.teacher = loaded.teacher.get();
    contextInputs.calibration = loaded.calibration ? &*loaded.calibration : nullptr;
    contextInputs.heldOut = loaded.heldOut ? &*loaded.heldOut : nullptr;
    RunContext context(std::move(contextInputs), m_monitor);
    for (const std::string& warning : loaded.warnings) {
        context.warn(warning);
    }
    if (!onCpu) {
        context.warn("Computing on " + spec.device +
                     ", which no release of Espalier has been tried on yet: compare one result "
                     "with --device cpu.");
    }
    const double loadSeconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const auto loadPeak = static_cast<double>(peakRssBytes());
    if (loaded.method != nullptr) {
        const auto guard = context.stage(loaded.method->needs().gradients ? "recover" : "compress");
        loaded.method->run(context, loaded.params);
    }
    {
        const auto guard = context.stage("evaluate");
        evaluateRun(context, loaded);
    }
    {
        const auto guard = context.stage("export");
        exportRun(context, loaded, m_journal, m_inputs);
    }
    context.metrics().record("stage/load/seconds", 0, loadSeconds, "s");
    context.metrics().record("stage/load/peak_rss_bytes", 0, loadPeak, "bytes");
    context.recordStages();
}

RunStatus Execution::statusOfRequest() const
{
    switch (m_stop.load()) {
    case StopRequest::Pause:
        return RunStatus::Paused;
    case StopRequest::Leave:
        return RunStatus::Interrupted;
    case StopRequest::None:
    case StopRequest::Stop:
        break;
    }
    return RunStatus::Cancelled;
}

RunStatus Execution::fail(ErrorCode code, const std::string& message)
{
    m_spare.giveBack(); // the journal may be what did not fit
    m_journal.event(EventLevel::Error, message);
    return end(RunStatus::Failed, Failure{code, message, m_monitor.lastLabel()});
}

RunStatus Execution::end(RunStatus status, const std::optional<Failure>& failure)
{
    m_journal.status(status, failure);
    m_journal.sync();
    return status;
}

RunStatus Execution::run()
{
    try {
        work(begin());
        const RunStatus status = end(RunStatus::Succeeded);
        removeCheckpoints(m_inputs.folder);
        return status;
    } catch (const Cancelled&) {
        return end(statusOfRequest());
    } catch (const Error& error) {
        return fail(error.code(), error.what());
    } catch (const c10::OutOfMemoryError& error) {
        return fail(ErrorCode::OutOfMemory, error.what_without_backtrace());
    } catch (const c10::Error& error) {
        return fail(ErrorCode::Internal, error.what_without_backtrace());
    } catch (const std::bad_alloc&) {
        return fail(
            ErrorCode::OutOfMemory,
            "Memory ran out. Use fewer calibration windows, a shorter length or a smaller batch.");
    } catch (const std::filesystem::filesystem_error& error) {
        return fail(ErrorCode::Io, std::string("A file or folder could not be used: ") +
                                       error.what() +
                                       ". Check its name, the disk and your rights.");
    } catch (const std::system_error& error) {
        return fail(
            ErrorCode::OutOfMemory,
            std::string("The system refused a thread, memory or a file that the run needs (") +
                error.what() + "). Ask for fewer threads, or close other programs.");
    } catch (const std::exception& error) {
        return fail(ErrorCode::Internal, error.what());
    } catch (...) {
        return fail(ErrorCode::Internal,
                    "The method threw something that is not an exception of ours.");
    }
}

} // namespace

RunStatus executeRun(const WorkerInputs& inputs, const MethodCatalog& methods,
                     const std::atomic<StopRequest>& stop)
{
    try {
        const RunLock lock(RunLock::fileOf(inputs.folder));
        if (!lock.isHeld()) {
            // Its worker lives and writes the journal: leave it alone.
            return RunStatus::Running;
        }
        removeLeftovers(inputs.folder, inputs.spec);
        return Execution(inputs, methods, stop).run();
    } catch (const std::exception& error) {
        // The journal itself cannot be written (full disk, folder gone): only the worker's log, or
        // the terminal, is left to say so.
        std::fprintf(stderr, "Run %s: %s\n", toText(inputs.id).c_str(), error.what());
        return RunStatus::Failed;
    }
}

} // namespace espalier
