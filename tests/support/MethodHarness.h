// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/method/MethodCatalog.h"
#include "core/method/RunContext.h"

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::test {

/// Keeps in memory what a run says, and can ask it to stop.
class MemoryMonitor final : public RunMonitor {
public:
    void metric(std::string_view name, const MetricPoint& point, std::string_view unit) override;
    void progress(const RunProgress& progress) override;
    void event(EventLevel level, std::string_view text) override;
    bool stopRequested() const override;
    void saveResumePoint(const Json& state) override;

    /// The newest value; a failed test when there is none.
    double value(const std::string& name) const;
    std::vector<std::string> warnings() const;

    std::map<std::string, std::vector<MetricPoint>> series = {};
    std::vector<RunEvent> events = {};
    std::vector<RunProgress> reports = {};
    std::optional<Json> resumePoint = {};
    std::map<std::string, std::vector<MetricPoint>> seriesAtResumePoint = {};
    std::size_t stopAfter = std::numeric_limits<std::size_t>::max(); // progress reports
};

/// A method from the libraries of this build.
const Method& method(std::string_view id);

struct MethodRun {
    std::string id = {};
    ParamValues params = {};
    const CalibrationSet* calibration = nullptr;
    Path folder = {};
    std::int64_t batch = 4;
    std::optional<Json> resume = {};
};

/// Runs a method on a model in this process. Values with blocking issues throw InvalidInput.
void runMethod(const MethodRun& what, CausalLM& model, MemoryMonitor& monitor);

/// Runs a method of pruning on one linear, `layer`, whose inputs are X [tokens x inputs], seen as
/// `sequences` sequences, `batch` at a time. The linear may be fp64.
struct OneLinearRun {
    std::string id = {};
    ParamValues params = {};
    std::int64_t sequences = 1;
    std::int64_t batch = 1;
};

MemoryMonitor pruneOne(const OneLinearRun& what, Linear& layer, const Tensor& X);

/// All that a method says about params beyond the schema too: method(id).issues().
std::vector<ParamIssue> issuesOf(std::string_view id, const ParamValues& params,
                                 const ModelConfig* config = nullptr);

} // namespace espalier::test
