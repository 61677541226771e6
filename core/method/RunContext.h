// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/data/CalibrationSet.h"
#include "core/model/CausalLM.h"
#include "core/model/Encoder.h"
#include "core/run/MetricPoint.h"
#include "core/run/RunRecord.h"

#include <ATen/core/Tensor.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>

namespace espalier {

/// Where a run's words go, and where requests to stop come from. RunWorker has one over the
/// journal; tests have one in memory.
class ESPALIER_API RunMonitor {
public:
    virtual ~RunMonitor();
    virtual void metric(std::string_view name, const MetricPoint& point, std::string_view unit) = 0;
    virtual void progress(const RunProgress& progress) = 0;
    virtual void event(EventLevel level, std::string_view text) = 0;
    virtual bool stopRequested() const = 0;
    /// Stores `state` as the point to resume from, together with the journal's place (synced
    /// first).
    virtual void saveResumePoint(const Json& state) = 0;
};

class ESPALIER_API MetricSink {
public:
    explicit MetricSink(RunMonitor& monitor)
        : m_monitor(&monitor)
    {
    }

    /// `name` is a path: "loss/kl", "sparsity/blocks.3.self_attn.q_proj". A NaN leaves a gap in the
    /// plot.
    void record(std::string_view name, std::int64_t step, double value, std::string_view unit = {});

private:
    RunMonitor* m_monitor;
};

/// What a RunContext is made of; nothing in it is owned.
struct RunInputs {
    const RunSpec* spec = nullptr;
    Transformer* model = nullptr;
    Transformer* teacher = nullptr;              // null: none
    const CalibrationSet* calibration = nullptr; // null: none
    const CalibrationSet* heldOut = nullptr;     // windows no step trains on; null: none
    Path folder = {};                // runs/<id>: checkpoints and finished blocks go here
    std::optional<Json> resume = {}; // the state given to saveResumePoint()
};

/// All a method may touch.
class ESPALIER_API RunContext {
public:
    RunContext(RunInputs inputs, RunMonitor& monitor);
    ~RunContext();
    RunContext(const RunContext&) = delete;
    RunContext& operator=(const RunContext&) = delete;

    const RunSpec& spec() const;
    /// The student, edited in place, of whatever kind it is.
    Transformer& transformer();
    /// The same. Throws InvalidInput when it is no causal language model.
    CausalLM& model();
    /// The same. Throws InvalidInput when it is no encoder of text.
    Encoder& encoder();
    /// Throws InvalidInput when the run has none. In evaluation mode, never edited.
    CausalLM& teacher();
    bool hasTeacher() const;
    const CalibrationSet& calibration() const;
    bool hasCalibration() const;
    const CalibrationSet* heldOut() const;

    MetricSink& metrics();
    at::Device device() const;
    /// Seed of a named random stream ("order", "dropout"): SplitMix64 of the run's seed and the
    /// name.
    std::uint64_t seed(std::string_view stream) const;

    void info(std::string_view text);
    void warn(std::string_view text);

    /// Where blocks/, checkpoints/ and the like go.
    const Path& folder() const;
    /// The state of the last saveResumePoint() of this run, if it is being resumed.
    const std::optional<Json>& resumePoint() const;
    void saveResumePoint(const Json& state);

    /// Reports progress and honours a stop request: throws Cancelled. `done` of `total` are
    /// finished.
    void step(std::string_view label, std::int64_t done, std::int64_t total);

    /// for (auto& x : run.track("Compressing block", xs)): each step reports and honours a stop
    /// request. The label shown is "Compressing block 3/24".
    template <std::ranges::sized_range R>
    auto track(std::string label, R&& range);

    /// Time spent until the returned object goes counts for `stage` ("calibrate", "compress",
    /// "recover"); an outer stage stands still meanwhile.
    class ESPALIER_API StageGuard {
    public:
        StageGuard(RunContext& run, std::string stage);
        ~StageGuard();
        StageGuard(const StageGuard&) = delete;
        StageGuard& operator=(const StageGuard&) = delete;

    private:
        RunContext& m_run;
        std::string m_outer;
    };

    StageGuard stage(std::string name) { return StageGuard(*this, std::move(name)); }

    const std::string& currentStage() const;
    /// The label of the last step(): what a Failure says it happened during.
    const std::string& currentLabel() const;
    /// Writes stage/<name>/seconds and stage/<name>/peak_rss_bytes of all stages so far.
    void recordStages();

private:
    friend class StageGuard;
    void enterStage(const std::string& name);
    struct State;
    std::unique_ptr<State> m_state;
};

/// A range that reports each step; made by RunContext::track.
template <class R>
class Tracked {
public:
    Tracked(RunContext& run, std::string label, R range)
        : m_run(run)
        , m_label(std::move(label))
        , m_range(std::forward<R>(range))
    {
    }

    struct Sentinel {};

    class Iterator {
    public:
        Iterator(Tracked& owner)
            : m_owner(owner)
            , m_current(std::ranges::begin(owner.m_range))
        {
            report();
        }

        decltype(auto) operator*() const { return *m_current; }

        Iterator& operator++()
        {
            ++m_current;
            ++m_done;
            report();
            return *this;
        }

        bool operator!=(Sentinel) const { return m_current != std::ranges::end(m_owner.m_range); }

    private:
        void report()
        {
            m_owner.m_run.step(m_owner.m_label, m_done,
                               static_cast<std::int64_t>(std::ranges::size(m_owner.m_range)));
        }

        Tracked& m_owner;
        std::ranges::iterator_t<R> m_current;
        std::int64_t m_done = 0;
    };

    Iterator begin() { return Iterator(*this); }

    Sentinel end() { return {}; }

private:
    RunContext& m_run;
    std::string m_label;
    R m_range;
};

template <std::ranges::sized_range R>
auto RunContext::track(std::string label, R&& range)
{
    return Tracked<R>(*this, std::move(label), std::forward<R>(range));
}

} // namespace espalier
