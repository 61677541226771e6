// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compress/Masks.h"

#include "core/base/Error.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace espalier {

namespace {

// Bits of a non-negative number sort like the number, so (bits, index) is a total order that
// settles ties.
template <class T>
struct Rank;

template <>
struct Rank<float> {
    using Bits = std::uint32_t;
    using Key = std::uint64_t;

    static Key key(Bits bits, std::uint64_t index) { return Key{bits} << 32 | index; }

    static float scoreOf(Key key) { return std::bit_cast<float>(static_cast<Bits>(key >> 32)); }
};

template <>
struct Rank<double> {
    using Bits = std::uint64_t;
    using Key = std::pair<std::uint64_t, std::uint64_t>;

    static Key key(Bits bits, std::uint64_t index) { return {bits, index}; }

    static double scoreOf(const Key& key) { return std::bit_cast<double>(key.first); }
};

constexpr std::uint64_t kMostInOneGroup = std::uint64_t{1} << 32;
constexpr std::size_t kBins = std::size_t{1} << 16;
// Below this a histogram costs more than it saves.
constexpr std::int64_t kFewScores = 1 << 16;
constexpr std::int64_t kGrain = 1 << 15;

template <class T>
typename Rank<T>::Bits bitsOf(T score, std::int64_t index)
{
    if (!(score >= T(0))) {
        throw Error(
            ErrorCode::Numeric,
            "Importance score number " + std::to_string(index) + " is " + std::to_string(score) +
                "; scores must be numbers that are not negative. Look for NaN in the weights or in "
                "the calibration activations.");
    }
    return std::bit_cast<typename Rank<T>::Bits>(score + T(0)); // + 0 makes a -0.0 rank like 0.0
}

template <class T>
std::size_t binOf(typename Rank<T>::Bits bits)
{
    return static_cast<std::size_t>(bits >> (8 * sizeof(bits) - 16));
}

template <class T>
std::vector<std::int64_t> histogramOf(std::span<const T> scores)
{
    std::vector<std::int64_t> total(kBins, 0);
    std::mutex guard;
    at::parallel_for(0, std::ssize(scores), kGrain, [&](std::int64_t begin, std::int64_t end) {
        std::vector<std::int64_t> bins(kBins, 0);
        for (std::int64_t i = begin; i < end; ++i) {
            ++bins[binOf<T>(bitsOf(scores[static_cast<std::size_t>(i)], i))];
        }
        const std::lock_guard lock(guard);
        std::ranges::transform(total, bins, total.begin(), std::plus{});
    });
    return total;
}

/// The key of rank `rank` (from 0) among all scores.
template <class T>
typename Rank<T>::Key keyAt(std::span<const T> scores, std::int64_t rank)
{
    using Key = typename Rank<T>::Key;
    std::vector<Key> keys;
    if (std::ssize(scores) < kFewScores) {
        keys.reserve(scores.size());
        for (std::size_t i = 0; i < scores.size(); ++i) {
            keys.push_back(Rank<T>::key(bitsOf(scores[i], static_cast<std::int64_t>(i)), i));
        }
    } else {
        const std::vector<std::int64_t> bins = histogramOf(scores);
        std::size_t bin = 0;
        while (rank >= bins[bin]) {
            rank -= bins[bin++];
        }
        keys.reserve(static_cast<std::size_t>(bins[bin]));
        for (std::size_t i = 0; i < scores.size(); ++i) {
            const auto bits = std::bit_cast<typename Rank<T>::Bits>(scores[i] + T(0));
            if (binOf<T>(bits) == bin) {
                keys.push_back(Rank<T>::key(bits, i));
            }
        }
    }
    std::ranges::nth_element(keys, keys.begin() + rank);
    return keys[static_cast<std::size_t>(rank)];
}

template <class T>
void keepBeyond(std::span<const T> scores, const typename Rank<T>::Key& cut, bool* keep)
{
    at::parallel_for(0, std::ssize(scores), kGrain, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
            const auto bits = std::bit_cast<typename Rank<T>::Bits>(scores[i] + T(0));
            keep[i] = Rank<T>::key(bits, i) > cut;
        }
    });
}

/// Marks all but the `pruned` lowest of one short group; `keys` is scratch.
template <class T>
void keepInGroup(std::span<const T> scores, std::int64_t pruned,
                 std::vector<typename Rank<T>::Key>& keys, bool* keep)
{
    std::fill_n(keep, scores.size(), true);
    if (pruned <= 0) {
        return;
    }
    keys.clear();
    for (std::size_t i = 0; i < scores.size(); ++i) {
        keys.push_back(Rank<T>::key(bitsOf(scores[i], static_cast<std::int64_t>(i)), i));
    }
    std::ranges::nth_element(keys, keys.begin() + (pruned - 1));
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const auto bits = std::bit_cast<typename Rank<T>::Bits>(scores[i] + T(0));
        keep[i] = Rank<T>::key(bits, i) > keys[static_cast<std::size_t>(pruned - 1)];
    }
}

// Ranks are found on the CPU, wherever the scores are: the order of equal scores is part of the
// method.

/// `groups` runs of `width` scores each, one after the other in memory.
Tensor keepPerGroup(const Tensor& scores, std::int64_t width, std::int64_t pruned)
{
    const Tensor S = scores.cpu().contiguous();
    Tensor M = at::empty(S.sizes(), at::kBool);
    const std::int64_t groups = width > 0 ? S.numel() / width : 0;
    bool* keep = M.data_ptr<bool>();
    AT_DISPATCH_FLOATING_TYPES(S.scalar_type(), "keepPerGroup", [&] {
        const std::span all(S.const_data_ptr<scalar_t>(), static_cast<std::size_t>(S.numel()));
        at::parallel_for(0, groups,
                         std::max<std::int64_t>(1, kGrain / std::max<std::int64_t>(1, width)),
                         [&](std::int64_t begin, std::int64_t end) {
                             std::vector<typename Rank<scalar_t>::Key> keys;
                             for (std::int64_t g = begin; g < end; ++g) {
                                 const auto at = static_cast<std::size_t>(g * width);
                                 keepInGroup(all.subspan(at, static_cast<std::size_t>(width)),
                                             pruned, keys, keep + at);
                             }
                         });
    });
    return M.to(scores.device());
}

void requireMatrix(const Tensor& S)
{
    if (S.dim() != 2) {
        throw Error(ErrorCode::Internal, "Importance scores have " + std::to_string(S.dim()) +
                                             " dimensions; a mask needs 2.");
    }
    if (static_cast<std::uint64_t>(S.numel()) >= kMostInOneGroup) {
        throw Error(ErrorCode::Unsupported,
                    "A linear of " + std::to_string(S.size(0)) + " x " + std::to_string(S.size(1)) +
                        " weights cannot be ranked as one group; 2^32 weights are the limit.");
    }
}

std::int64_t thresholdRank(std::int64_t n, double sparsity)
{
    return std::min(prunedCount(n, sparsity, Counting::Reference), n - 1);
}

} // namespace

std::int64_t prunedCount(std::int64_t n, double sparsity, Counting counting)
{
    const double product = static_cast<double>(n) * sparsity;
    const double nearestWhole = std::round(product);
    const bool isWhole = std::abs(product - nearestWhole) <= 1e-9 * std::max(1.0, product);
    const double count =
        counting == Counting::Exact && isWhole ? nearestWhole : std::floor(product);
    return std::clamp(static_cast<std::int64_t>(count), std::int64_t{0}, n);
}

Tensor keepAllButPerRow(const Tensor& S, std::int64_t pruned)
{
    requireMatrix(S);
    return keepPerGroup(S, S.size(1), pruned);
}

Tensor keepLargestPerRow(const Tensor& S, double sparsity)
{
    return keepAllButPerRow(S, prunedCount(S.size(-1), sparsity));
}

Tensor keepAllBut(const Tensor& scores, std::int64_t pruned)
{
    requireMatrix(scores);
    const Tensor S = scores.cpu().contiguous();
    Tensor M = at::ones(S.sizes(), at::kBool);
    if (pruned <= 0 || S.numel() == 0) {
        return M.to(scores.device());
    }
    AT_DISPATCH_FLOATING_TYPES(S.scalar_type(), "keepAllBut", [&] {
        const std::span all(S.const_data_ptr<scalar_t>(), static_cast<std::size_t>(S.numel()));
        keepBeyond(all, keyAt(all, std::min(pruned, S.numel()) - 1), M.data_ptr<bool>());
    });
    return M.to(scores.device());
}

Tensor keepLargest(const Tensor& S, double sparsity)
{
    return keepAllBut(S, prunedCount(S.numel(), sparsity));
}

Tensor keepLargestInGroups(const Tensor& S, const Pattern& pattern)
{
    requireMatrix(S);
    requireWholeGroups(S, pattern);
    return keepPerGroup(S, pattern.of, pattern.removed);
}

void requireWholeGroups(const Tensor& W, const Pattern& pattern)
{
    if (W.size(1) % pattern.of != 0) {
        throw Error(
            ErrorCode::InvalidInput,
            "The pattern " + toText(pattern) + " needs a number of inputs that is a multiple of " +
                std::to_string(pattern.of) + ", but the linear has " + std::to_string(W.size(1)) +
                " inputs; choose another pattern or unstructured.");
    }
}

Tensor keepAboveThreshold(const Tensor& scores, double sparsity)
{
    requireMatrix(scores);
    const Tensor S = scores.cpu().contiguous();
    Tensor M = at::ones(S.sizes(), at::kBool);
    if (S.numel() == 0) {
        return M.to(scores.device());
    }
    AT_DISPATCH_FLOATING_TYPES(S.scalar_type(), "keepAboveThreshold", [&] {
        const std::span all(S.const_data_ptr<scalar_t>(), static_cast<std::size_t>(S.numel()));
        const auto threshold = keyAt(all, thresholdRank(S.numel(), sparsity));
        M = S > Rank<scalar_t>::scoreOf(threshold);
    });
    return M.to(scores.device());
}

Tensor keepAboveThresholdPerRow(const Tensor& S, double sparsity)
{
    requireMatrix(S);
    Tensor M = at::empty(S.sizes(), S.options().dtype(at::kBool));
    for (std::int64_t row = 0; row < S.size(0); ++row) {
        M.narrow(0, row, 1).copy_(keepAboveThreshold(S.narrow(0, row, 1), sparsity));
    }
    return M;
}

} // namespace espalier
