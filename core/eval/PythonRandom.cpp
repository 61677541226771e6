// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/PythonRandom.h"

#include "core/base/Error.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <string>
#include <unordered_set>

namespace espalier {

namespace {

constexpr std::size_t kShift = 397;

/// How one word follows from another while seeding.
std::uint32_t mixed(std::uint32_t word)
{
    return word ^ (word >> 30);
}

} // namespace

PythonRandom::PythonRandom(std::uint64_t seed)
{
    std::vector<std::uint32_t> key{static_cast<std::uint32_t>(seed)};
    if (seed >> 32 != 0) {
        key.push_back(static_cast<std::uint32_t>(seed >> 32));
    }
    m_state[0] = 19650218U;
    for (std::size_t i = 1; i < kWords; ++i) {
        m_state[i] = 1812433253U * mixed(m_state[i - 1]) + static_cast<std::uint32_t>(i);
    }
    std::size_t i = 1;
    const auto advance = [&] {
        if (++i >= kWords) {
            m_state[0] = m_state[kWords - 1];
            i = 1;
        }
    };
    std::size_t j = 0;
    for (std::size_t k = 0; k < kWords; ++k) { // the key is shorter than the state
        m_state[i] = (m_state[i] ^ (mixed(m_state[i - 1]) * 1664525U)) + key[j] +
                     static_cast<std::uint32_t>(j);
        advance();
        j = (j + 1) % key.size();
    }
    for (std::size_t k = 1; k < kWords; ++k) {
        m_state[i] =
            (m_state[i] ^ (mixed(m_state[i - 1]) * 1566083941U)) - static_cast<std::uint32_t>(i);
        advance();
    }
    m_state[0] = 0x80000000U;
}

void PythonRandom::refill()
{
    for (std::size_t i = 0; i < kWords; ++i) {
        const std::uint32_t y =
            (m_state[i] & 0x80000000U) | (m_state[(i + 1) % kWords] & 0x7FFFFFFFU);
        m_state[i] = m_state[(i + kShift) % kWords] ^ (y >> 1) ^ ((y & 1U) != 0 ? 0x9908B0DFU : 0U);
    }
    m_next = 0;
}

std::uint32_t PythonRandom::next()
{
    if (m_next >= kWords) {
        refill();
    }
    std::uint32_t y = m_state[m_next++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9D2C5680U;
    y ^= (y << 15) & 0xEFC60000U;
    return y ^ (y >> 18);
}

std::size_t PythonRandom::below(std::size_t n)
{
    const auto bits = static_cast<int>(std::bit_width(n));
    std::size_t drawn = n;
    while (drawn >= n) {
        drawn = next() >> (32 - bits);
    }
    return drawn;
}

std::vector<std::size_t> PythonRandom::sample(std::size_t n, std::size_t k)
{
    if (k > n) {
        throw Error(ErrorCode::InvalidInput, std::to_string(k) + " examples are to be drawn from " +
                                                 std::to_string(n) + ". Ask for fewer.");
    }
    std::size_t setSize = 21; // where CPython goes from a list to a set
    if (k > 5) {
        const double power = std::ceil(std::log(static_cast<double>(k * 3)) / std::log(4.0));
        setSize += static_cast<std::size_t>(std::pow(4.0, power));
    }
    std::vector<std::size_t> drawn;
    if (n <= setSize) {
        std::vector<std::size_t> pool(n);
        std::iota(pool.begin(), pool.end(), std::size_t{0});
        for (std::size_t i = 0; i < k; ++i) {
            const std::size_t j = below(n - i);
            drawn.push_back(pool[j]);
            pool[j] = pool[n - i - 1];
        }
        return drawn;
    }
    std::unordered_set<std::size_t> seen;
    while (drawn.size() < k) {
        const std::size_t j = below(n);
        if (seen.insert(j).second) {
            drawn.push_back(j);
        }
    }
    return drawn;
}

} // namespace espalier
