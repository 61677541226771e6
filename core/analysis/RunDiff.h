// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/run/RunSpec.h"

#include <map>
#include <string>
#include <vector>

namespace espalier {

/// Every field of the spec that holds something, by the key --set takes ("params.sparsity",
/// "calibration.windows"; evaluations and exports are numbered: "evaluations.0.data.length"), as a
/// person would type it.
ESPALIER_API std::map<std::string, std::string> specFields(const RunSpec& spec);

/// A field of the spec that is not the same in all runs.
struct SpecDifference {
    std::string key = {};
    std::vector<std::string> values = {}; // one a run; empty: the run has none
    bool changesNumbers = true;           // false for title, experiment, priority and after

    bool operator==(const SpecDifference&) const = default;
};

/// Fields that differ between any of the specs: those that change numbers first, then by key.
ESPALIER_API std::vector<SpecDifference> differences(const std::vector<RunSpec>& specs);

} // namespace espalier
