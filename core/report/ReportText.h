// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/RunGroups.h"

#include <string>
#include <vector>

namespace espalier {

/// A text as it is, anything else as JSON.
std::string textOf(const Json& value);

/// How the numbers were made: each dataset's protocol and fingerprint, calibration, common
/// settings, machine.
std::vector<std::string> protocolSentences(const ReportData& data);

/// Who beats whom at equal size, by the test and the wording of analysis/Significance.
std::vector<std::string> findingSentences(const ReportData& data);

/// Seeds, fingerprints, machine, build and command of every run; first what all of them share.
std::vector<ReportRun> reportRuns(const ReportData& data);

/// What a reader must know before quoting a number: text the model made itself, sample data, runs
/// of one dataset name that saw different tokens, unfinished runs.
std::vector<std::string> reportNotes(const ReportData& data);

} // namespace espalier
