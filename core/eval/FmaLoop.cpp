// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/FmaLoop.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <thread>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace espalier {

namespace {

using Clock = std::chrono::steady_clock;

// Two units with a latency of four or five cycles: ten registers keep both busy, twelve for sure.
constexpr std::size_t kRegisters = 12;

constexpr float kFactor = 0.5F, kSummand = 1.0F;

// Long enough that starting threads does not count, short enough to repeat.
constexpr auto kMeasuredTime = std::chrono::milliseconds(200);
constexpr std::int64_t kStepsBetweenLooks = 200'000;

template <std::size_t lanes>
double averageOf(const std::array<std::array<float, lanes>, kRegisters>& values)
{
    double sum = 0;
    for (const auto& lane : values) {
        for (const float value : lane) {
            sum += static_cast<double>(value);
        }
    }
    return sum / static_cast<double>(kRegisters * lanes);
}

/// Whatever the compiler makes of it for the processor the program was built for.
FmaResult plainLoop(std::int64_t steps)
{
    constexpr std::size_t kLanes = 4;
    std::array<std::array<float, kLanes>, kRegisters> x{};
    for (std::int64_t step = 0; step < steps; ++step) {
        for (auto& lane : x) {
            for (float& value : lane) {
                value = value * kFactor + kSummand;
            }
        }
    }
    return {2.0 * kRegisters * kLanes * static_cast<double>(steps), averageOf(x)};
}

#if defined(__x86_64__)

__attribute__((target("avx2,fma"))) FmaResult avx2Loop(std::int64_t steps)
{
    constexpr std::size_t kLanes = 8;
    const __m256 a = _mm256_set1_ps(kFactor), b = _mm256_set1_ps(kSummand);
    __m256 x[kRegisters];
    for (__m256& value : x) {
        value = _mm256_setzero_ps();
    }
    for (std::int64_t step = 0; step < steps; ++step) {
#pragma GCC unroll 12
        for (std::size_t i = 0; i < kRegisters; ++i) {
            x[i] = _mm256_fmadd_ps(x[i], a, b);
        }
    }
    std::array<std::array<float, kLanes>, kRegisters> values{};
    for (std::size_t i = 0; i < kRegisters; ++i) {
        _mm256_storeu_ps(values[i].data(), x[i]);
    }
    return {2.0 * kRegisters * kLanes * static_cast<double>(steps), averageOf(values)};
}

__attribute__((target("avx512f"))) FmaResult avx512Loop(std::int64_t steps)
{
    constexpr std::size_t kLanes = 16;
    const __m512 a = _mm512_set1_ps(kFactor), b = _mm512_set1_ps(kSummand);
    __m512 x[kRegisters];
    for (__m512& value : x) {
        value = _mm512_setzero_ps();
    }
    for (std::int64_t step = 0; step < steps; ++step) {
#pragma GCC unroll 12
        for (std::size_t i = 0; i < kRegisters; ++i) {
            x[i] = _mm512_fmadd_ps(x[i], a, b);
        }
    }
    std::array<std::array<float, kLanes>, kRegisters> values{};
    for (std::size_t i = 0; i < kRegisters; ++i) {
        _mm512_storeu_ps(values[i].data(), x[i]);
    }
    return {2.0 * kRegisters * kLanes * static_cast<double>(steps), averageOf(values)};
}

__attribute__((target("avx512f,avx512bw,avx512bf16"))) FmaResult bf16Loop(std::int64_t steps)
{
    constexpr std::size_t kLanes = 16;
    const __m512 half = _mm512_set1_ps(kFactor), one = _mm512_set1_ps(kSummand);
    const __m512bh a = _mm512_cvtne2ps_pbh(half, half), b = _mm512_cvtne2ps_pbh(one, one);
    __m512 x[kRegisters];
    for (__m512& value : x) {
        value = _mm512_setzero_ps();
    }
    for (std::int64_t step = 0; step < steps; ++step) {
#pragma GCC unroll 12
        for (std::size_t i = 0; i < kRegisters; ++i) {
            x[i] = _mm512_dpbf16_ps(x[i], a, b);
        }
    }
    std::array<std::array<float, kLanes>, kRegisters> values{};
    for (std::size_t i = 0; i < kRegisters; ++i) {
        _mm512_storeu_ps(values[i].data(), x[i]);
    }
    return {4.0 * kRegisters * kLanes * static_cast<double>(steps), averageOf(values)};
}

/// Layout of 64 bytes that ldtilecfg reads (Intel SDM, volume 2).
struct alignas(64) TileConfig {
    std::uint8_t palette = 1, startRow = 0;
    std::array<std::uint8_t, 14> reserved{};
    std::array<std::uint16_t, 16> bytesPerRow{};
    std::array<std::uint8_t, 16> rows{};
};

/// Four tiles of sums hide the latency; tiles 4 and 5 are the factors, 16 rows of 32 bfloat16.
__attribute__((target("amx-tile,amx-bf16"))) FmaResult amxLoop(std::int64_t steps)
{
    constexpr std::size_t kTiles = 4, kRows = 16, kLanes = 16, kPairs = 32;
    TileConfig config;
    for (std::size_t tile = 0; tile < kTiles + 2; ++tile) {
        config.bytesPerRow[tile] = 64;
        config.rows[tile] = kRows;
    }
    _tile_loadconfig(&config);
    // 32 products of 1/2 and 1/16 make 1; as bfloat16: 0x3F00 and 0x3D80.
    std::array<std::uint16_t, kRows * kPairs> halves{}, sixteenths{};
    halves.fill(0x3F00);
    sixteenths.fill(0x3D80);
    _tile_loadd(4, halves.data(), 64);
    _tile_loadd(5, sixteenths.data(), 64);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (std::int64_t step = 0; step < steps; ++step) {
        _tile_dpbf16ps(0, 4, 5);
        _tile_dpbf16ps(1, 4, 5);
        _tile_dpbf16ps(2, 4, 5);
        _tile_dpbf16ps(3, 4, 5);
    }
    std::array<float, kTiles * kRows * kLanes> values{};
    _tile_stored(0, values.data(), 64);
    _tile_stored(1, values.data() + kRows * kLanes, 64);
    _tile_stored(2, values.data() + 2 * kRows * kLanes, 64);
    _tile_stored(3, values.data() + 3 * kRows * kLanes, 64);
    _tile_release();
    double sum = 0;
    for (const float value : values) {
        sum += static_cast<double>(value);
    }
    return {2.0 * kTiles * kRows * kLanes * kPairs * static_cast<double>(steps),
            sum / static_cast<double>(values.size())};
}

/// The processor has tiles, and Linux lets this process use them (it has to be asked).
bool hasAmxBf16()
{
    constexpr unsigned kBf16Bit = 1U << 22U, kTileBit = 1U << 24U;
    constexpr long kRequestPermission = 0x1023, kTileData = 18; // asm/prctl.h, since Linux 5.16
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & kBf16Bit) != 0 &&
           (d & kTileBit) != 0 && ::syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

#endif

double measureOnce(FmaUnit unit, std::int64_t threads)
{
    std::atomic<double> operations{0};
    const auto begin = Clock::now();
    const auto work = [&] {
        double sum = 0;
        while (Clock::now() - begin < kMeasuredTime) {
            const FmaResult result = fmaLoop(unit, kStepsBetweenLooks);
            // A lane that is not finite would run at another speed; it also keeps the loop alive.
            sum += std::isfinite(result.lane) ? result.operations : 0;
        }
        operations.fetch_add(sum);
    };
    {
        std::vector<std::jthread> others;
        for (std::int64_t i = 1; i < threads; ++i) {
            others.emplace_back(work);
        }
        work();
    }
    return operations / std::chrono::duration<double>(Clock::now() - begin).count();
}

} // namespace

std::string_view nameOf(FmaUnit unit)
{
    switch (unit) {
    case FmaUnit::Avx2:
        return "AVX2";
    case FmaUnit::Avx512:
        return "AVX-512";
    case FmaUnit::Avx512Bf16:
        return "AVX-512 BF16";
    case FmaUnit::AmxBf16:
        return "AMX BF16";
    case FmaUnit::Plain:
        break;
    }
    return "plain";
}

bool isBf16(FmaUnit unit)
{
    return unit == FmaUnit::Avx512Bf16 || unit == FmaUnit::AmxBf16;
}

std::vector<FmaUnit> fmaUnits()
{
    std::vector<FmaUnit> units{FmaUnit::Plain};
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) {
        units.push_back(FmaUnit::Avx2);
    }
    if (__builtin_cpu_supports("avx512f") != 0) {
        units.push_back(FmaUnit::Avx512);
    }
    if (__builtin_cpu_supports("avx512bf16") != 0 && __builtin_cpu_supports("avx512bw") != 0) {
        units.push_back(FmaUnit::Avx512Bf16);
    }
    if (hasAmxBf16()) {
        units.push_back(FmaUnit::AmxBf16);
    }
#endif
    return units;
}

FmaResult fmaLoop(FmaUnit unit, std::int64_t steps)
{
#if defined(__x86_64__)
    switch (unit) {
    case FmaUnit::Avx2:
        return avx2Loop(steps);
    case FmaUnit::Avx512:
        return avx512Loop(steps);
    case FmaUnit::Avx512Bf16:
        return bf16Loop(steps);
    case FmaUnit::AmxBf16:
        return amxLoop(steps);
    case FmaUnit::Plain:
        break;
    }
#else
    (void)unit;
#endif
    return plainLoop(steps);
}

double fmaLimit(FmaUnit unit, std::int64_t threads, std::int64_t repeats)
{
    double best = 0;
    for (std::int64_t i = 0; i < repeats; ++i) {
        best = std::max(best, measureOnce(unit, threads));
    }
    return best;
}

} // namespace espalier
