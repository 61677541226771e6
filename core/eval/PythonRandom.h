// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Export.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace espalier {

/// Draws of CPython's random.Random(seed), so that few-shot examples are those of
/// lm-evaluation-harness: MT19937 (Matsumoto and Nishimura 1998), seeded by an array.
class ESPALIER_API PythonRandom {
public:
    explicit PythonRandom(std::uint64_t seed);

    std::uint32_t next();
    /// 0 .. n-1; n from 1 to 2^32 - 1.
    std::size_t below(std::size_t n);
    /// random.sample(range(n), k): k different places in the order drawn. k <= n.
    std::vector<std::size_t> sample(std::size_t n, std::size_t k);

private:
    void refill();

    static constexpr std::size_t kWords = 624;
    std::array<std::uint32_t, kWords> m_state = {};
    std::size_t m_next = kWords;
};

} // namespace espalier
