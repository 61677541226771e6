// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/CalibrationSet.h"

#include <optional>

namespace espalier {

/// Windows a method may learn from, and windows it must not see: for the held-out curve.
struct TrainingWindows {
    CalibrationSet training;
    std::optional<CalibrationSet> heldOut;
};

/// `trains` false: loadWindows(Sampled) and nothing held out. Else one part in eight is held out,
/// at most an eighth of the windows asked for: of a tokens: file its last windows, of a text its
/// last tokens, so that no sampled window overlaps them. With fewer than eight windows nothing is
/// held out.
ESPALIER_API TrainingWindows loadTrainingWindows(const DataSpec& spec, const Path& modelFolder,
                                                 std::int64_t vocabSize, std::uint64_t seed,
                                                 const DataFolders& folders, bool trains);

} // namespace espalier
