// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace espalier {

/// The seed of a named random stream of a run. FNV-1a of the name, then SplitMix64's finaliser over
/// both, so that neighbouring seeds and names give unrelated streams.
constexpr std::uint64_t streamSeed(std::uint64_t seed, std::string_view stream)
{
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char letter : stream) {
        hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
    }
    std::uint64_t mixed = seed + 0x9e3779b97f4a7c15U + hash;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31);
}

} // namespace espalier
