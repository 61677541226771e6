// SPDX-License-Identifier: GPL-3.0-or-later

// The one text of the inner loops. KernelsPlain.cpp, KernelsAvx2.cpp and KernelsAvx512.cpp include
// it after they have set the processor and, in namespace espalier,
//   kLanes, V, W       numbers of a vector; vectors of float and of unsigned
//   kRows, kPairRows   rows of a tile, and of a tile over a pair of panels, at most
// Nothing of the standard library is called here: a template of it, made with this file's
// processor, could replace the one that the rest of the program uses.

#include "core/kernels/KernelSet.h"

namespace espalier {

namespace {

using Size = std::int64_t;

constexpr int kTileVectors = 2; // columns that stay in registers, in vectors
constexpr Size kTileColumns = kTileVectors * kLanes;

inline V load(const void* address)
{
    V v;
    __builtin_memcpy(&v, address, sizeof v);
    return v;
}

inline void keep(float* address, V v)
{
    __builtin_memcpy(address, &v, sizeof v);
}

inline V spread(float x)
{
    return V{} + x;
}

inline V asFloats(W bits)
{
    V v;
    __builtin_memcpy(&v, &bits, sizeof v);
    return v;
}

inline W asBits(V v)
{
    W bits;
    __builtin_memcpy(&bits, &v, sizeof v);
    return bits;
}

/// In products with few rows every byte of a panel is new: it is asked for early.
constexpr Size kPrefetchBytes = 1536;

template <int rows, int panels>
inline void keepSums(const V (&sums)[rows][panels * kTileVectors], float* out, Size column)
{
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 4
        for (int j = 0; j < panels * kTileVectors; ++j) {
            keep(out + (r * panels + j / kTileVectors) * kPanelColumns + column +
                     (j % kTileVectors) * kLanes,
                 sums[r][j]);
        }
    }
}

/// Every sum is one chain of multiply-adds in the order of depth: the number of rows, of panels and
/// of threads changes no bit.
template <int rows, int panels>
void tile(const Tile& t)
{
    for (Size column = 0; column < kPanelColumns; column += kTileColumns) {
        V sums[rows][panels * kTileVectors] = {};
        const float* a = t.rows;
        const std::byte* first = t.panel + column * Size{sizeof(float)};
        for (Size k = 0; k < t.depth; ++k) {
            V b[panels * kTileVectors];
#pragma GCC unroll 4
            for (int j = 0; j < panels * kTileVectors; ++j) {
                b[j] = load(first + (j / kTileVectors) * t.secondPanel +
                            (j % kTileVectors) * Size{sizeof(V)});
            }
            if (column == 0) {
#pragma GCC unroll 4
                for (int j = 0; j < panels; ++j) {
                    __builtin_prefetch(first + j * t.secondPanel + kPrefetchBytes);
                    __builtin_prefetch(first + j * t.secondPanel + kPrefetchBytes + 64);
                }
            }
#pragma GCC unroll 16
            for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 4
                for (int j = 0; j < panels * kTileVectors; ++j) {
                    sums[r][j] += a[r] * b[j];
                }
            }
            a += rows;
            first += kPanelColumns * Size{sizeof(float)};
        }
        keepSums<rows, panels>(sums, t.sums, column);
    }
}

/// The same with bf16 weights: two depths of a column are the halves of a word, low half first.
template <int rows, int panels>
void bf16Tile(const Tile& t)
{
    for (Size column = 0; column < kPanelColumns; column += kTileColumns) {
        V sums[rows][panels * kTileVectors] = {};
        const float* a = t.rows;
        const std::byte* first = t.panel + column * Size{sizeof(float)};
        const auto add = [&](int half) __attribute__((always_inline))
        {
            V b[panels * kTileVectors];
#pragma GCC unroll 4
            for (int j = 0; j < panels * kTileVectors; ++j) {
                const W pair = asBits(load(first + (j / kTileVectors) * t.secondPanel +
                                           (j % kTileVectors) * Size{sizeof(V)}));
                b[j] = asFloats(half == 0 ? pair << 16 : pair & 0xFFFF0000U);
            }
#pragma GCC unroll 16
            for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 4
                for (int j = 0; j < panels * kTileVectors; ++j) {
                    sums[r][j] += a[half * rows + r] * b[j];
                }
            }
        };
        for (Size k = 0; k + 1 < t.depth; k += 2) {
            if (column == 0) {
#pragma GCC unroll 4
                for (int j = 0; j < panels; ++j) {
                    __builtin_prefetch(first + j * t.secondPanel + kPrefetchBytes);
                    __builtin_prefetch(first + j * t.secondPanel + kPrefetchBytes + 64);
                }
            }
            add(0);
            add(1);
            a += 2 * rows;
            first += kPanelColumns * Size{sizeof(float)};
        }
        if (t.depth % 2 != 0) {
            add(0);
        }
        keepSums<rows, panels>(sums, t.sums, column);
    }
}

/// e^x within 2 units of the last place; 0 below -87.3, no infinities.
inline V exponential(V x)
{
    constexpr float kLowest = -87.3F, kHighest = 88.0F;
    x = x < kLowest ? spread(kLowest) : x;
    x = x > kHighest ? spread(kHighest) : x;
    // x = n ln 2 + r: adding 1.5 * 2^23 leaves the rounded n in the low bits.
    constexpr float kShift = 12582912.0F, kPerLog2 = 1.44269504088896341F;
    constexpr float kLog2High = 0.693145751953125F, kLog2Low = 1.42860682030941723e-6F;
    const V shifted = x * kPerLog2 + kShift;
    const V n = shifted - kShift;
    const V r = x - n * kLog2High - n * kLog2Low;
    V p = spread(1.0F / 5040.0F);
    p = p * r + 1.0F / 720.0F;
    p = p * r + 1.0F / 120.0F;
    p = p * r + 1.0F / 24.0F;
    p = p * r + 1.0F / 6.0F;
    p = p * r + 0.5F;
    p = p * r + 1.0F;
    p = p * r + 1.0F;
    return asFloats(asBits(p) + (asBits(shifted) << 23));
}

inline void storeTile(const TileSums& t)
{
    for (Size r = 0; r < t.rows; ++r) {
        const float* from = t.sums + r * t.stride;
        float* to = t.result + r * t.resultStride;
        Size c = 0;
        for (; c + kLanes <= t.columns; c += kLanes) {
            keep(to + c, t.bias != nullptr ? load(from + c) + load(t.bias + c) : load(from + c));
        }
        for (; c < t.columns; ++c) {
            to[c] = t.bias != nullptr ? from[c] + t.bias[c] : from[c];
        }
    }
}

inline void addTile(const TileSums& t)
{
    for (Size r = 0; r < t.rows; ++r) {
        const float* from = t.sums + r * t.stride;
        float* to = t.result + r * t.resultStride;
        Size c = 0;
        for (; c + kLanes <= t.columns; c += kLanes) {
            const V sum = t.bias != nullptr ? load(from + c) + load(t.bias + c) : load(from + c);
            keep(to + c, load(to + c) + sum);
        }
        for (; c < t.columns; ++c) {
            to[c] += t.bias != nullptr ? from[c] + t.bias[c] : from[c];
        }
    }
}

inline void swiGluTile(const TileSums& t)
{
    constexpr Size kHalf = kPanelColumns / 2;
    for (Size r = 0; r < t.rows; ++r) {
        const float* from = t.sums + r * t.stride;
        float made[kHalf];
        for (Size c = 0; c < kHalf; c += kLanes) {
            V gate = load(from + c), up = load(from + kHalf + c);
            if (t.bias != nullptr) {
                gate += load(t.bias + c);
                up += load(t.bias + kHalf + c);
            }
            keep(made + c, gate / (1.0F + exponential(-gate)) * up);
        }
        float* to = t.result + r * t.resultStride;
        for (Size c = 0; c < t.columns; ++c) {
            to[c] = made[c];
        }
    }
}

inline void largestOfTile(const TileSums& t, Size firstColumn, Largest* best)
{
    for (Size r = 0; r < t.rows; ++r) {
        const float* from = t.sums + r * t.stride;
        Largest& most = best[r];
        for (Size c = 0; c < t.columns; ++c) {
            const float value = t.bias != nullptr ? from[c] + t.bias[c] : from[c];
            if (most.index < 0 || value > most.value || value != value) {
                most = {value, firstColumn + c};
            }
        }
    }
}

inline float total(V v)
{
    float sum = 0;
    for (Size i = 0; i < kLanes; ++i) {
        sum += v[i];
    }
    return sum;
}

/// 16 chains whatever the vectors' length, so that every processor with FMA adds alike.
inline float sumOfSquares(const float* x, Size count)
{
    constexpr Size kChains = 16, kVectors = kChains / kLanes;
    V sums[kVectors] = {};
    Size i = 0;
    for (; i + kChains <= count; i += kChains) {
        for (Size j = 0; j < kVectors; ++j) {
            const V v = load(x + i + j * kLanes);
            sums[j] += v * v;
        }
    }
    float sum = 0;
    for (const V& v : sums) {
        for (Size lane = 0; lane < kLanes; ++lane) {
            sum += v[lane];
        }
    }
    for (; i < count; ++i) {
        sum += x[i] * x[i];
    }
    return sum;
}

inline float inverseRms(const float* x, Size count, float epsilon)
{
    return 1.0F / __builtin_sqrtf(sumOfSquares(x, count) / static_cast<float>(count) + epsilon);
}

inline void scaled(const float* x, float scale, const float* weight, Size count, float* y,
                   Size stride)
{
    if (stride == 1) {
        Size i = 0;
        for (; i + kLanes <= count; i += kLanes) {
            keep(y + i, load(x + i) * scale * load(weight + i));
        }
        for (; i < count; ++i) {
            y[i] = x[i] * scale * weight[i];
        }
        return;
    }
    for (Size i = 0; i < count; ++i) {
        y[i * stride] = x[i] * scale * weight[i];
    }
}

inline float largestOf(const float* x, Size count)
{
    float most = x[0];
    Size i = 0;
    if (count >= kLanes) {
        V v = load(x);
        for (i = kLanes; i + kLanes <= count; i += kLanes) {
            const V next = load(x + i);
            v = next > v ? next : v;
        }
        for (Size lane = 0; lane < kLanes; ++lane) {
            most = v[lane] > most ? v[lane] : most;
        }
    }
    for (; i < count; ++i) {
        most = x[i] > most ? x[i] : most;
    }
    return most;
}

/// Sum of exp(x - highest) over up to a panel's columns.
inline float panelExpSum(const float* x, float highest, Size count)
{
    constexpr Size kVectors = kPanelColumns / kLanes;
    float filled[kPanelColumns];
    if (count < kPanelColumns) {
        for (Size i = 0; i < kPanelColumns; ++i) {
            filled[i] = i < count ? x[i] : highest - 200.0F; // e^-200 is nothing
        }
        x = filled;
    }
    float values[kPanelColumns];
    for (Size j = 0; j < kVectors; ++j) {
        keep(values + j * kLanes, exponential(load(x + j * kLanes) - highest));
    }
    float chains[16] = {};
    for (Size i = 0; i < kPanelColumns; ++i) {
        chains[i % 16] += values[i];
    }
    float sum = 0;
    for (const float chain : chains) {
        sum += chain;
    }
    return sum;
}

inline void logSumOfTile(const TileSums& t, Size firstColumn, const Size* targets, LogSum* rows)
{
    for (Size r = 0; r < t.rows; ++r) {
        const float* x = t.sums + r * t.stride;
        float withBias[kPanelColumns] = {};
        if (t.bias != nullptr) {
            for (Size c = 0; c < t.columns; ++c) {
                withBias[c] = x[c] + t.bias[c];
            }
            x = withBias;
        }
        LogSum& row = rows[r];
        const float most = largestOf(x, t.columns);
        if (!(row.sum > 0)) {
            row.highest = most;
        } else if (most > row.highest) {
            row.sum *= static_cast<double>(exponential(spread(row.highest - most))[0]);
            row.highest = most;
        }
        row.sum += static_cast<double>(panelExpSum(x, row.highest, t.columns));
        const Size target = targets[r] - firstColumn;
        if (target >= 0 && target < t.columns) {
            row.target = x[target];
        }
    }
}

/// As sumOfSquares: 16 chains; the last, short group is filled up with zeros.
inline float expSum(float* x, float scale, Size count)
{
    constexpr Size kChains = 16, kVectors = kChains / kLanes;
    const float most = largestOf(x, count);
    V sums[kVectors] = {};
    for (Size i = 0; i < count; i += kChains) {
        const Size here = count - i < kChains ? count - i : kChains;
        float group[kChains] = {};
        for (Size lane = 0; lane < here; ++lane) {
            group[lane] = x[i + lane];
        }
        for (Size j = 0; j < kVectors; ++j) {
            keep(group + j * kLanes, exponential((load(group + j * kLanes) - most) * scale));
        }
        for (Size lane = here; lane < kChains; ++lane) {
            group[lane] = 0;
        }
        for (Size j = 0; j < kVectors; ++j) {
            sums[j] += load(group + j * kLanes);
        }
        for (Size lane = 0; lane < here; ++lane) {
            x[i + lane] = group[lane];
        }
    }
    float sum = 0;
    for (const V& v : sums) {
        sum += total(v);
    }
    return sum;
}

inline void packRows(const float* x, Size stride, Size rows, Size depth, float* out)
{
    for (Size k = 0; k < depth; ++k) {
        for (Size r = 0; r < rows; ++r) {
            out[k * rows + r] = x[r * stride + k];
        }
    }
}

template <int rows>
void fill(KernelSet& set)
{
    if constexpr (rows > 0) {
        set.tiles[rows] = tile<rows, 1>;
        set.bf16Tiles[rows] = bf16Tile<rows, 1>;
        if constexpr (rows <= kPairRows) {
            set.pairTiles[rows] = tile<rows, 2>;
            set.bf16PairTiles[rows] = bf16Tile<rows, 2>;
        }
        fill<rows - 1>(set);
    }
}

KernelSet makeSet(CpuPath path)
{
    KernelSet set;
    set.path = path;
    set.maxRows = kRows;
    set.pairRows = kPairRows;
    fill<kRows>(set);
    set.store = storeTile;
    set.add = addTile;
    set.swiGlu = swiGluTile;
    set.largest = largestOfTile;
    set.logSum = logSumOfTile;
    set.inverseRms = inverseRms;
    set.scaled = scaled;
    set.expSum = expSum;
    set.pack = packRows;
    return set;
}

} // namespace

} // namespace espalier
