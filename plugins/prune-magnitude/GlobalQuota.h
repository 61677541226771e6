// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/compress/PruneTarget.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace espalier {

using at::Tensor;

/// One threshold over |W| of all linears, found in two passes over the weights without holding
/// them: the first counts by the upper 16 bits of the fp32 value, the second by the lower 16 within
/// the bin that decides. What comes out is how many weights each linear loses; with a cap, none
/// loses more than that share of it. Of equal weights those of the earlier linear go first.
class GlobalQuota {
public:
    GlobalQuota(double sparsity, double cap, Counting counting);

    /// First pass: each linear once, in order.
    void countCoarsely(const std::string& name, const Tensor& W);
    /// Second pass: the same linears in the same order.
    void countFinely(const Tensor& W);
    /// Weights to prune, by linear.
    std::map<std::string, std::int64_t> quotas() const;

private:
    struct Counts {
        std::string name = {};
        std::int64_t weights = 0, cap = 0;
        std::int64_t below = 0;              // in coarser bins than the deciding one
        std::vector<std::int64_t> bins = {}; // coarse bins first, then the deciding one's fine bins
    };

    void chooseCoarseBin();
    std::int64_t target() const;

    double m_sparsity, m_cap;
    Counting m_counting;
    std::vector<Counts> m_linears;
    std::size_t m_next = 0; // of the second pass
    std::uint32_t m_coarse = 0;
};

} // namespace espalier
