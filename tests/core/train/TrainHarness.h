// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/method/RunContext.h"
#include "tests/support/TempFolder.h"
#include "tests/support/TinyModel.h"

#include <ATen/ATen.h>

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace espalier::test {

/// Keeps what a run says; asks it to stop when it has reported `stopAfter` times.
class TrainMonitor : public RunMonitor {
public:
    void metric(std::string_view name, const MetricPoint& point, std::string_view) override
    {
        series[std::string(name)].push_back({point.step, point.value, 0});
    }

    void progress(const RunProgress&) override { ++reports; }

    void event(EventLevel level, std::string_view text) override
    {
        events.push_back({level, std::string(text), 0});
    }

    bool stopRequested() const override { return reports >= stopAfter; }

    void saveResumePoint(const Json& state) override
    {
        resumePoint = state;
        seriesAtResumePoint = series;
    }

    double last(const std::string& name) const { return series.at(name).back().value; }

    std::map<std::string, std::vector<MetricPoint>> series = {};
    std::map<std::string, std::vector<MetricPoint>> seriesAtResumePoint = {};
    std::vector<RunEvent> events = {};
    std::optional<Json> resumePoint = {};
    std::int64_t reports = 0;
    std::int64_t stopAfter = std::numeric_limits<std::int64_t>::max();
};

/// Random tokens in which each pair of neighbours recurs, so that there is something to learn.
inline CalibrationSet randomWindows(std::int64_t windows, std::int64_t length, std::int64_t vocab,
                                    std::uint64_t seed)
{
    at::manual_seed(seed);
    CalibrationSet set;
    set.tokens = at::randint(vocab, {windows, length}, at::kInt);
    set.source = "random";
    set.name = "random";
    return set;
}

/// A tiny teacher on disk, and a student made of some of its blocks.
struct TinyPair {
    TempFolder folder = {};
    Path teacherFolder = makeTinyModel(folder.path() / "teacher");
    std::unique_ptr<CausalLM> teacher = CausalLM::open(teacherFolder);
    CalibrationSet calibration = randomWindows(10, 17, 96, 11);
    CalibrationSet heldOut = randomWindows(6, 17, 96, 12);
    RunSpec spec = {};

    TinyPair()
    {
        spec.method = "distill-logits";
        spec.model = teacherFolder.string();
        spec.teacher = teacherFolder.string();
        spec.batch = 2;
        spec.seed = 5;
    }

    std::unique_ptr<CausalLM> student(std::vector<std::int64_t> blocks = {0, 2}) const
    {
        return CausalLM::open(teacherFolder, {.keepBlocks = std::move(blocks)});
    }

    RunInputs inputs(CausalLM& model, const Path& runFolder) const
    {
        return {.spec = &spec,
                .model = &model,
                .teacher = teacher.get(),
                .calibration = &calibration,
                .heldOut = &heldOut,
                .folder = runFolder};
    }
};

inline std::vector<Tensor> weightsOf(CausalLM& model)
{
    std::vector<Tensor> weights;
    for (const Tensor& parameter : model.parameters()) {
        weights.push_back(parameter.detach().clone());
    }
    return weights;
}

inline bool equalBits(const std::vector<Tensor>& a, const std::vector<Tensor>& b)
{
    bool equal = a.size() == b.size();
    for (std::size_t i = 0; equal && i < a.size(); ++i) {
        equal = at::equal(a[i], b[i]);
    }
    return equal;
}

} // namespace espalier::test
