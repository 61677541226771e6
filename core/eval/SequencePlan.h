// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eval/SequenceScores.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace espalier {

/// Sequences of one group that share the computing of their first `prefix` positions. 0: one
/// sequence alone.
struct SequenceUnit {
    std::size_t group = 0;
    std::vector<std::size_t> members = {};
    std::int64_t prefix = 0;
    std::int64_t longest = 0; // input positions behind the prefix
};

/// Units with one prefix length that go through the blocks together.
struct SequenceBatch {
    std::vector<SequenceUnit> units = {};
    std::int64_t prefix = 0, suffix = 0, rows = 0;
};

/// Longest first; equal ones in the order asked. No batch has over `batch` rows (unless one unit
/// has) or 8192 positions, nor is a row padded by more than a sixteenth (behind a shared prefix: by
/// more than that and four positions, apart from what choices of one question differ by).
ESPALIER_API std::vector<SequenceBatch> planSequences(const std::vector<SequenceGroup>& groups,
                                                      std::int64_t batch);

/// Positions a sequence puts through the blocks: its last token only has to be predicted.
inline std::int64_t inputLength(const ScoreSequence& sequence)
{
    return static_cast<std::int64_t>(sequence.tokens.size()) - 1;
}

} // namespace espalier
