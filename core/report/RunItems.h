// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/ItemComparison.h"
#include "core/base/Export.h"
#include "core/store/StoreReader.h"

#include <string>
#include <vector>

namespace espalier {

/// Runs that are one line of a comparison: they differ by their seed only.
struct NamedRuns {
    std::string name = {};
    std::vector<RunId> runs = {};
};

/// The groups window by window on one data set: the sentence and every verdict behind it. A group
/// is left out (its score is NaN) when none of its runs has kept windows, or when it saw other
/// tokens than the first group that has. `data` is the <name> in eval/<name>/perplexity.
ESPALIER_API ItemComparison compareRunsByWindow(const StoreReader& store,
                                                const std::vector<NamedRuns>& groups,
                                                const std::string& data);

/// How perplexities of one data set are compared: by windows, lower is better.
ESPALIER_API ItemMeasure windowMeasure(const std::string& data);

} // namespace espalier
