// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <cstdint>
#include <vector>

namespace espalier {

/// The order in which training sees its windows: one permutation an epoch, epochs one after another
/// without end. Any position is found from the seed alone, so that resuming needs nothing but the
/// number of windows seen.
class ESPALIER_API TokenOrder {
public:
    TokenOrder(std::int64_t windows, std::uint64_t seed);

    /// Window numbers at positions first .. first + count - 1.
    std::vector<std::int64_t> at(std::int64_t first, std::int64_t count);

private:
    void drawEpoch(std::int64_t epoch);

    std::int64_t m_windows;
    std::uint64_t m_seed;
    std::int64_t m_epoch = -1;
    std::vector<std::int64_t> m_permutation;
};

} // namespace espalier
