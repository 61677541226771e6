// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace espalier {

/// SplitMix64 (Steele, Lea, Flood 2014): the one generator of everything that is drawn by chance
/// outside of tensors. The standard library's distributions give other numbers in other libraries;
/// these do not. The whole state is one number, so that a checkpoint can hold it: Random(r.state())
/// goes on where r is.
class Random {
public:
    explicit Random(std::uint64_t seed)
        : m_state(seed)
    {
    }

    std::uint64_t state() const { return m_state; }

    std::uint64_t next()
    {
        m_state += 0x9E3779B97F4A7C15u;
        std::uint64_t z = m_state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }

    /// 0 .. n-1, each equally likely; n = 0 gives 0.
    std::uint64_t below(std::uint64_t n)
    {
        if (n == 0) {
            return 0;
        }
        // The lowest 2^64 mod n values are drawn again: what is left is a multiple of n.
        const std::uint64_t unfair = (0 - n) % n;
        std::uint64_t value = next();
        while (value < unfair) {
            value = next();
        }
        return value % n;
    }

    /// [0, 1) in steps of 2^-53.
    double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

    /// Mean 0, standard deviation 1 (Box and Muller; the second value is not kept, see state()).
    double normal()
    {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
        return radius * std::cos(2.0 * std::numbers::pi * uniform());
    }

    /// A generator of its own for one purpose, so that drawing more for one does not shift another.
    Random stream(std::uint64_t purpose) const
    {
        Random mixed(m_state ^ (purpose * 0xD1342543DE82EF95u));
        return Random(mixed.next());
    }

private:
    std::uint64_t m_state;
};

} // namespace espalier
