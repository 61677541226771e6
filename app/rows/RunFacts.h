// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/rows/LiveRun.h"

#include <map>
#include <string>

namespace espalier {

using LastValues = std::map<std::string, double>;

/// What was measured, in the order of interest: quality, sparsity, sizes, speed, time, memory.
QList<Fact> factsOf(const LastValues& values, const RunRecord& run);

/// Of the first data set; NaN when none was evaluated.
double perplexityOf(const LastValues& values);
/// Mean over the linears of all blocks; NaN without any.
double meanSparsityOf(const LastValues& values);
/// Summed over stages, and the largest of them; NaN without any.
double totalSecondsOf(const LastValues& values);
double peakRssOf(const LastValues& values);
/// Names of data sets in eval/<name>/<suffix>.
std::vector<std::string> dataSetsWith(const LastValues& values, std::string_view suffix);

} // namespace espalier
