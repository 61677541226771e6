// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/RunGroups.h"

#include <vector>

namespace espalier {

/// Accuracy against size with its front, curves, sparsity and error by linear, time by stage: those
/// the rows have numbers for.
std::vector<ReportFigure> reportFigures(const StoreReader& store, const ReportData& data,
                                        const ReportOptions& options);

// The parts of it.
void addTradeOffs(std::vector<ReportFigure>& figures, const ReportData& data);
void addCurves(std::vector<ReportFigure>& figures, const StoreReader& store, const ReportData& data,
               const ReportOptions& options);
void addLinearMaps(std::vector<ReportFigure>& figures, const ReportData& data);
void addStageBars(std::vector<ReportFigure>& figures, const ReportData& data);

} // namespace espalier
