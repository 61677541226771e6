// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/report/Report.h"
#include "core/report/ReportWriters.h"
#include "core/run/RunRecord.h"
#include "core/store/StoreReader.h"

#include <functional>
#include <string>
#include <vector>

namespace espalier {

struct ReportOptions {
    std::string title = {};    // empty: the study's, or what the runs share
    std::string subtitle = {}; // date and the like
    std::function<std::string(const std::string& method)> methodTitle =
        {}; // "prune-wanda" to "Wanda"; none: the title a group's runs share, else the id
    double smoothing = 0.9; // of curves of a single run; 0: none. The raw line is always drawn
    ChartType type = ChartType::Serif;
};

/// Everything in it comes from rows of the store. A study stands for its members. Throws NotFound
/// for a run the workspace does not have, InvalidInput when `runs` is empty.
ESPALIER_API Report buildReport(const StoreReader& store, const std::vector<RunId>& runs,
                                const ReportOptions& options = {});

} // namespace espalier
