// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Sha256.h"
#include "core/run/RunSpec.h"
#include "core/store/ExperimentStore.h"
#include "core/store/StoreReader.h"
#include "tests/support/Fixtures.h"

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

// Small runs of every method on the demo model, and what must be equal about two runs of one spec.

namespace espalier::test {

inline const std::vector<std::string>& methodIds()
{
    static const std::vector<std::string> ids{"prune-magnitude", "prune-wanda", "prune-sparsegpt",
                                              "distill-logits"};
    return ids;
}

/// A few seconds of work: prunes the demo model, or distils three of its blocks from all five.
inline RunSpec sampleSpec(const std::string& method)
{
    const std::string model = (demoFolder() / "stories260k").string();
    const DataSpec data{.source = "builtin:tinystories", .length = 64, .windows = 8};
    RunSpec spec{.title = method,
                 .method = method,
                 .model = model,
                 .calibration = data,
                 .evaluations = {{.kind = "perplexity",
                                  .data = {.source = data.source, .length = 64, .windows = 4}}},
                 .exports = {ExportSpec{}},
                 .seed = 7,
                 .threads = 1};
    if (method == "distill-logits") {
        spec.teacher = model;
        spec.batch = 2;
        spec.params = {{"blocks", "0,2,4"},
                       {"steps", 12},
                       {"learning-rate", 1e-3},
                       {"checkpoint-every", 3},
                       {"evaluate-every", 4}};
    }
    return spec;
}

/// Times and process facts, which two runs never share.
inline bool isTiming(const std::string& series)
{
    return series.starts_with("stage/") || series.starts_with("seconds/") ||
           series.starts_with("speed/") || series.ends_with("tokens_per_second");
}

/// Series by name without timings; not-a-number becomes a value that is equal to itself.
inline std::map<std::string, std::vector<std::pair<std::int64_t, double>>>
numbersOf(const StoreReader& reader, RunId id)
{
    std::map<std::string, std::vector<std::pair<std::int64_t, double>>> all;
    for (const MetricSeries& series : reader.seriesUnder(id, "")) {
        if (isTiming(series.name)) {
            continue;
        }
        for (const MetricPoint& point : series.points) {
            all[series.name].emplace_back(point.step,
                                          std::isnan(point.value) ? -1e99 : point.value);
        }
    }
    return all;
}

/// The names of all series, timings too.
inline std::set<std::string> seriesNames(const StoreReader& reader, RunId id)
{
    std::set<std::string> names;
    for (const MetricSeries& series : reader.seriesUnder(id, "")) {
        names.insert(series.name);
    }
    return names;
}

inline std::string weightsHash(const WorkspaceLayout& layout, RunId id)
{
    return sha256OfFile(layout.run(id) / "export" / "model.safetensors");
}

} // namespace espalier::test
