// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/AmxTile.h"

#include <bit>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace espalier {

namespace {

#if defined(__x86_64__)

/// What ldtilecfg reads (Intel SDM, volume 2), for eight tiles of 16 rows of 64 bytes: palette 1,
/// at byte 16 the bytes of a row, at byte 48 the rows. Constant, because GCC 12 believes that the
/// instruction reads eight bytes and drops what is written to the others before.
alignas(64) constexpr std::uint8_t kTileConfig[64] = {
    1,  0, 0,  0, 0,  0,  0,  0,  0,  0,  0,  0,  0, 0, 0, 0, 64, 0, 64, 0, 64, 0,
    64, 0, 64, 0, 64, 0,  64, 0,  64, 0,  0,  0,  0, 0, 0, 0, 0,  0, 0,  0, 0,  0,
    0,  0, 0,  0, 16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0, 0, 0,  0, 0,  0};

bool findAmx()
{
    constexpr unsigned kBf16Bit = 1U << 22U, kTileBit = 1U << 24U;
    constexpr long kRequestPermission = 0x1023, kTileData = 18; // asm/prctl.h, since Linux 5.16
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & kBf16Bit) != 0 &&
           (d & kTileBit) != 0 && ::syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

#endif

} // namespace

bool hasAmx()
{
#if defined(__x86_64__)
    static const bool found = findAmx();
    return found;
#else
    return false;
#endif
}

#if defined(__x86_64__)

namespace {

__attribute__((target("amx-tile"))) void configure()
{
    _tile_loadconfig(kTileConfig);
}

__attribute__((target("amx-tile"))) void release()
{
    _tile_release();
}

} // namespace

AmxScope::AmxScope()
{
    configure();
}

AmxScope::~AmxScope()
{
    release();
}

/// Tiles 0 to 3 are the sums, two by two; 4 and 5 sixteen rows each, 6 and 7 sixteen columns each.
__attribute__((target("amx-tile,amx-bf16"))) void
amxTile(const std::uint16_t* rows, std::int64_t depth, const std::byte* panel, float* sums)
{
    constexpr std::int64_t kPairBytes = 128, kSumBytes = 128; // of 32 columns
    const std::int64_t rowBytes = depth * static_cast<std::int64_t>(sizeof(std::uint16_t));
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (std::int64_t k = 0; k < depth; k += kAmxDepth) {
        const std::byte* columns = panel + k / 2 * kPairBytes;
        _tile_loadd(4, rows + k, rowBytes);
        _tile_loadd(6, columns, kPairBytes);
        _tile_loadd(7, columns + 64, kPairBytes);
        _tile_loadd(5, rows + 16 * depth + k, rowBytes);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, sums, kSumBytes);
    _tile_stored(1, sums + 16, kSumBytes);
    _tile_stored(2, sums + 16 * 32, kSumBytes);
    _tile_stored(3, sums + 16 * 32 + 16, kSumBytes);
}

#else

AmxScope::AmxScope() = default;
AmxScope::~AmxScope() = default;

void amxTile(const std::uint16_t*, std::int64_t, const std::byte*, float*) {}

#endif

void roundToBf16(const float* x, std::int64_t count, std::int64_t padded, std::uint16_t* out)
{
    for (std::int64_t i = 0; i < count; ++i) {
        const auto bits = std::bit_cast<std::uint32_t>(x[i]);
        const bool isNan = (bits & 0x7FFFFFFFU) > 0x7F800000U;
        const std::uint32_t nearest = bits + 0x7FFFU + ((bits >> 16U) & 1U);
        out[i] = static_cast<std::uint16_t>((isNan ? bits | 0x400000U : nearest) >> 16U);
    }
    for (std::int64_t i = count; i < padded; ++i) {
        out[i] = 0;
    }
}

} // namespace espalier
