// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/MethodHarness.h"
#include "tests/support/TempFolder.h"
#include "tests/support/TinyModel.h"

#include <ATen/ATen.h>

namespace espalier::test {

constexpr std::int64_t kWindows = 6, kLength = 24, kBatch = 4; // the last batch is short

inline CalibrationSet tokens()
{
    at::manual_seed(2);
    CalibrationSet set;
    set.tokens = at::randint(0, 96, {kWindows, kLength}, at::kInt);
    return set;
}

using Weights = std::map<std::string, Tensor>;

inline Weights weightsOf(CausalLM& model)
{
    Weights weights;
    for (std::int64_t index = 0; index < model.blocks(); ++index) {
        const auto block = model.lease(index);
        for (const auto& [name, tensor] : block->tensors(index)) {
            weights[name] = tensor.clone();
        }
    }
    return weights;
}

inline bool sameBits(const Weights& a, const Weights& b)
{
    bool same = a.size() == b.size();
    for (const auto& [name, tensor] : a) {
        same = same && b.contains(name) && at::equal(tensor, b.at(name));
    }
    return same;
}

/// Series without what a clock decides.
inline std::map<std::string, std::vector<double>> values(const MemoryMonitor& monitor)
{
    std::map<std::string, std::vector<double>> result;
    for (const auto& [name, points] : monitor.series) {
        for (const MetricPoint& point : points) {
            result[name].push_back(name.starts_with("seconds/") ? 0.0 : point.value);
        }
    }
    return result;
}

/// A model folder, a run folder and what a run in them needs.
struct Bench {
    TempFolder folder;
    CalibrationSet calibration = tokens();

    Bench() { makeTinyModel(folder.path() / "model"); }

    std::unique_ptr<CausalLM> open(Residency residency = Residency::Resident) const
    {
        return CausalLM::open(folder.path() / "model", {.residency = residency});
    }

    MethodRun run(const std::string& id, const ParamValues& params,
                  const std::string& name = "run") const
    {
        return {.id = id,
                .params = params,
                .calibration = &calibration,
                .folder = folder.path() / name,
                .batch = kBatch};
    }
};

/// A method with parameters that make it work.
struct Case {
    const char* id;
    ParamValues params;
};

inline const std::vector<Case>& cases()
{
    static const std::vector<Case> all{
        {"prune-magnitude", {}},
        {"prune-magnitude", {{"scope", "global"}, {"cap", 0.7}}},
        {"prune-wanda", {{"pattern", "2:4"}, {"block-kl-windows", std::int64_t{5}}}},
        {"prune-sparsegpt", {{"block-size", 20}}}};
    return all;
}

} // namespace espalier::test
