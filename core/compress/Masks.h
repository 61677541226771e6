// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"
#include "core/compress/PruneTarget.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

// Masks from importance scores.
//
//   S  importance score [outputs x inputs], not negative, higher = keep      M  mask, bool, same
//   shape, true = keep
//
// Every choice is unique: of equal scores the one with the lower index (row by row) is pruned
// first. Results do not depend on the number of threads. A score that is negative or not a number
// throws Numeric.

namespace espalier {

using at::Tensor;

/// How many of `n` are pruned at sparsity `s`. Exact: floor(n s) in exact arithmetic, so that 0.29
/// of 100 is 29. Reference: the scripts' int(n * s) in floating point, where 0.29 of 100 is 28.
ESPALIER_API std::int64_t prunedCount(std::int64_t n, double sparsity,
                                      Counting counting = Counting::Exact);

/// Each row loses its `pruned` lowest scores.
ESPALIER_API Tensor keepAllButPerRow(const Tensor& S, std::int64_t pruned);
ESPALIER_API Tensor keepLargestPerRow(const Tensor& S, double sparsity);

/// All of S is one group: its `pruned` lowest scores go, wherever they are.
ESPALIER_API Tensor keepAllBut(const Tensor& S, std::int64_t pruned);
ESPALIER_API Tensor keepLargest(const Tensor& S, double sparsity);

/// Every aligned group of pattern.of inputs of a row loses its pattern.removed lowest scores.
/// Throws InvalidInput when the inputs are no multiple of pattern.of.
ESPALIER_API Tensor keepLargestInGroups(const Tensor& S, const Pattern& pattern);

/// Throws InvalidInput when the inputs of W are no multiple of pattern.of.
ESPALIER_API void requireWholeGroups(const Tensor& W, const Pattern& pattern);

/// The rule of the published scripts: the sorted scores' element number int(n s) is the threshold,
/// and everything up to and including it is pruned: one more than asked, and more where scores are
/// equal.
ESPALIER_API Tensor keepAboveThreshold(const Tensor& S, double sparsity);
/// The same with a threshold for each row.
ESPALIER_API Tensor keepAboveThresholdPerRow(const Tensor& S, double sparsity);

} // namespace espalier
