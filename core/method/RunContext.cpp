// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/method/RunContext.h"

#include "core/base/SeedStream.h"
#include "core/eval/Evaluation.h"

#include <algorithm>

namespace espalier {

namespace {
using Clock = std::chrono::steady_clock;

constexpr const char* kStageTotals =
    "stage_totals"; // beside the method's own keys in a resume point

struct StageTotals {
    double seconds = 0;
    std::int64_t peakRssBytes = 0;
};

std::string withCount(std::string_view label, std::int64_t done, std::int64_t total)
{
    if (total <= 0) {
        return std::string(label);
    }
    return std::string(label) + " " + std::to_string(std::min(done + 1, total)) + "/" +
           std::to_string(total);
}

template <class Model>
Model& as(Transformer& model, ModelKind kind, const std::string& method)
{
    auto* wanted = dynamic_cast<Model*>(&model);
    if (wanted == nullptr) {
        throw Error(ErrorCode::InvalidInput, "The method " + method + " asks for " +
                                                 std::string(describe(kind)) + " and was given " +
                                                 std::string(describe(model.config().kind)) +
                                                 ". Choose another model.");
    }
    return *wanted;
}
} // namespace

RunMonitor::~RunMonitor() = default;

void MetricSink::record(std::string_view name, std::int64_t step, double value,
                        std::string_view unit)
{
    m_monitor->metric(name, {.step = step, .value = value, .atMs = nowMs()}, unit);
}

struct RunContext::State {
    RunInputs inputs;
    RunMonitor* monitor;
    MetricSink metrics;
    std::string stage;
    std::string label;
    std::map<std::string, StageTotals> stages;
    Clock::time_point stageStart = Clock::now();
    // For the time left: when the present label was first reported, and at which count.
    std::string timedLabel;
    Clock::time_point timedSince;
    std::int64_t timedFrom = 0;

    State(RunInputs given, RunMonitor& sink)
        : inputs(std::move(given))
        , monitor(&sink)
        , metrics(sink)
    {
    }

    /// Seconds of the sessions before: a resumed run's stages add up over all of them.
    void takeOverTotals()
    {
        if (!inputs.resume || !inputs.resume->is_object()) {
            return;
        }
        const Json totals = inputs.resume->value(kStageTotals, Json::object());
        for (const auto& [name, total] : totals.items()) {
            stages[name] = {total.value("seconds", 0.0),
                            total.value("peak_rss_bytes", std::int64_t{0})};
        }
    }

    Json totalsAsJson() const
    {
        Json totals = Json::object();
        for (const auto& [name, total] : stages) {
            totals[name] = {{"seconds", total.seconds}, {"peak_rss_bytes", total.peakRssBytes}};
        }
        return totals;
    }

    double secondsLeft(std::string_view name, std::int64_t done, std::int64_t total)
    {
        const auto now = Clock::now();
        if (timedLabel != name || done < timedFrom) {
            timedLabel = name;
            timedSince = now;
            timedFrom = done;
        }
        if (done <= timedFrom) {
            return -1;
        }
        const double elapsed = std::chrono::duration<double>(now - timedSince).count();
        return elapsed / static_cast<double>(done - timedFrom) * static_cast<double>(total - done);
    }
};

RunContext::RunContext(RunInputs inputs, RunMonitor& monitor)
    : m_state(std::make_unique<State>(std::move(inputs), monitor))
{
    m_state->takeOverTotals();
}

RunContext::~RunContext() = default;

const RunSpec& RunContext::spec() const
{
    return *m_state->inputs.spec;
}

Transformer& RunContext::transformer()
{
    return *m_state->inputs.model;
}

CausalLM& RunContext::model()
{
    return as<CausalLM>(transformer(), ModelKind::CausalLM, spec().method);
}

Encoder& RunContext::encoder()
{
    return as<Encoder>(transformer(), ModelKind::Encoder, spec().method);
}

CausalLM& RunContext::teacher()
{
    if (!hasTeacher()) {
        throw Error(ErrorCode::InvalidInput,
                    "The method " + spec().method +
                        " needs a teacher and the run has none. Name one with --teacher.");
    }
    return as<CausalLM>(*m_state->inputs.teacher, ModelKind::CausalLM, spec().method);
}

bool RunContext::hasTeacher() const
{
    return m_state->inputs.teacher != nullptr;
}

const CalibrationSet& RunContext::calibration() const
{
    if (!hasCalibration()) {
        throw Error(
            ErrorCode::InvalidInput,
            "The method " + spec().method +
                " needs a calibration set and the run has none. Name one with --calibration.");
    }
    return *m_state->inputs.calibration;
}

bool RunContext::hasCalibration() const
{
    return m_state->inputs.calibration != nullptr;
}

const CalibrationSet* RunContext::heldOut() const
{
    return m_state->inputs.heldOut;
}

MetricSink& RunContext::metrics()
{
    return m_state->metrics;
}

at::Device RunContext::device() const
{
    return at::Device(spec().device);
}

std::uint64_t RunContext::seed(std::string_view stream) const
{
    return streamSeed(spec().seed, stream);
}

void RunContext::info(std::string_view text)
{
    m_state->monitor->event(EventLevel::Info, text);
}

void RunContext::warn(std::string_view text)
{
    m_state->monitor->event(EventLevel::Warning, text);
}

const Path& RunContext::folder() const
{
    return m_state->inputs.folder;
}

const std::optional<Json>& RunContext::resumePoint() const
{
    return m_state->inputs.resume;
}

void RunContext::saveResumePoint(const Json& state)
{
    Json withTotals = state;
    if (withTotals.is_object()) {
        enterStage(m_state->stage); // what the present stage has taken so far counts
        withTotals[kStageTotals] = m_state->totalsAsJson();
    }
    m_state->monitor->saveResumePoint(withTotals);
}

void RunContext::step(std::string_view label, std::int64_t done, std::int64_t total)
{
    m_state->label = withCount(label, done, total);
    m_state->monitor->progress({.stage = m_state->stage,
                                .label = m_state->label,
                                .done = done,
                                .total = total,
                                .atMs = nowMs(),
                                .secondsLeft = m_state->secondsLeft(label, done, total)});
    if (m_state->monitor->stopRequested()) {
        throw Cancelled{};
    }
}

RunContext::StageGuard::StageGuard(RunContext& run, std::string stage)
    : m_run(run)
    , m_outer(run.currentStage())
{
    run.enterStage(stage);
}

RunContext::StageGuard::~StageGuard()
{
    m_run.enterStage(m_outer);
}

void RunContext::enterStage(const std::string& name)
{
    const auto now = Clock::now();
    if (!m_state->stage.empty()) {
        StageTotals& totals = m_state->stages[m_state->stage];
        totals.seconds += std::chrono::duration<double>(now - m_state->stageStart).count();
        totals.peakRssBytes = std::max(totals.peakRssBytes, peakRssBytes());
    }
    resetPeakRss();
    m_state->stage = name;
    m_state->stageStart = now;
}

const std::string& RunContext::currentStage() const
{
    return m_state->stage;
}

const std::string& RunContext::currentLabel() const
{
    return m_state->label;
}

void RunContext::recordStages()
{
    const std::string current = m_state->stage;
    enterStage("");
    for (const auto& [name, totals] : m_state->stages) {
        metrics().record("stage/" + name + "/seconds", 0, totals.seconds, "s");
        metrics().record("stage/" + name + "/peak_rss_bytes", 0,
                         static_cast<double>(totals.peakRssBytes), "bytes");
    }
    enterStage(current);
}

} // namespace espalier
