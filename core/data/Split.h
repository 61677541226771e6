// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// How records are shared out. Shares are 0 or more and add up to 1.
struct SplitShares {
    double train = 0.8, dev = 0.1, test = 0.1;
};

/// Places of records, each list in ascending order; together every record once.
struct Split {
    std::vector<std::size_t> train = {}, dev = {}, test = {};
};

/// "0.8,0.1,0.1". Throws InvalidInput for another count, for a share below 0, and for a sum that is
/// more than 1e-6 from 1, with the sum.
ESPALIER_API SplitShares parseShares(std::string_view text);

/// Shares out records by chance, class by class: every class is found in each part in its share, as
/// near as whole records allow. `classes` has one class a record (0 for all: not by class). The
/// records of a class are shuffled by streamSeed(seed, "split/<class>"), so that a class does not
/// change with the others; then record after record, over all classes in ascending order, goes to
/// the part that is furthest behind its share. Throws InvalidInput for wrong shares and for a share
/// above 0 that gets no record.
ESPALIER_API Split splitByClass(std::span<const std::int64_t> classes, const SplitShares& shares,
                                std::uint64_t seed);

} // namespace espalier
