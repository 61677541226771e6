// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The method's own file, so that its steps can be called one by one.
#include "plugins/prune-sparsegpt/SparseGpt.cpp" // NOLINT(bugprone-suspicious-include)
#include "tests/support/FixtureF1.h"
#include "tests/support/MethodHarness.h"
#include "tests/support/Test.h"

namespace espalier::test {

inline const auto noWarning = [](const std::string& text) { VERIFY2(false, text); };

/// The columns of a mask for the whole linear.
inline ChooseMask fixed(const Tensor& M)
{
    return
        [M](const Tensor& S, std::int64_t begin) { return M.slice(1, begin, begin + S.size(1)); };
}

inline double largestDifference(const Tensor& a, const Tensor& b)
{
    return (a - b).abs().max().item<double>();
}

} // namespace espalier::test
