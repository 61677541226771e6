// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugins/prune-magnitude/GlobalQuota.h"

#include "core/base/Error.h"
#include "core/compress/Masks.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <mutex>
#include <numeric>

namespace espalier {

namespace {

constexpr std::size_t kBins = std::size_t{1} << 16;
constexpr std::uint32_t kInfinity = 0x7f800000;
constexpr std::int64_t kGrain = 1 << 16;

/// Bits of |w|: they sort like the magnitudes.
std::uint32_t magnitudeBits(float w)
{
    return std::bit_cast<std::uint32_t>(w) & 0x7fffffffU;
}

/// Calls bin(bits) for every weight and counts the results below kBins.
template <class Bin>
std::vector<std::int64_t> histogram(const Tensor& weight, Bin bin)
{
    const Tensor W = weight.to(at::kCPU, at::kFloat).contiguous();
    const float* values = W.const_data_ptr<float>();
    std::vector<std::int64_t> total(kBins, 0);
    std::mutex guard;
    at::parallel_for(0, W.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
        std::vector<std::int64_t> counts(kBins, 0);
        for (std::int64_t i = begin; i < end; ++i) {
            if (const std::size_t at = bin(magnitudeBits(values[i])); at < kBins) {
                ++counts[at];
            }
        }
        const std::lock_guard lock(guard);
        std::ranges::transform(total, counts, total.begin(), std::plus{});
    });
    return total;
}

} // namespace

GlobalQuota::GlobalQuota(double sparsity, double cap, Counting counting)
    : m_sparsity(sparsity)
    , m_cap(cap)
    , m_counting(counting)
{
}

void GlobalQuota::countCoarsely(const std::string& name, const Tensor& W)
{
    Counts counts{.name = name, .weights = W.numel(), .cap = prunedCount(W.numel(), m_cap)};
    counts.bins = histogram(W, [](std::uint32_t bits) { return std::size_t{bits >> 16}; });
    const auto firstNotFinite = counts.bins.begin() + (kInfinity >> 16);
    if (std::any_of(firstNotFinite, counts.bins.end(), [](std::int64_t n) { return n > 0; })) {
        throw Error(
            ErrorCode::Numeric,
            "The weight of " + name +
                " holds values that are not finite, so it cannot be ranked; check the model.");
    }
    m_linears.push_back(std::move(counts));
}

std::int64_t GlobalQuota::target() const
{
    std::int64_t weights = 0;
    for (const Counts& linear : m_linears) {
        weights += linear.weights;
    }
    const std::int64_t pruned = prunedCount(weights, m_sparsity, m_counting);
    // The inclusive threshold is the value that comes after `pruned` others.
    return m_counting == Counting::Reference ? std::min(pruned + 1, weights) : pruned;
}

void GlobalQuota::chooseCoarseBin()
{
    const std::int64_t wanted = target();
    std::vector<std::int64_t> reached(m_linears.size(), 0);
    for (m_coarse = 0; m_coarse + 1 < kBins; ++m_coarse) {
        std::int64_t pruned = 0;
        for (std::size_t i = 0; i < m_linears.size(); ++i) {
            reached[i] += m_linears[i].bins[m_coarse];
            pruned += std::min(m_linears[i].cap, reached[i]);
        }
        if (pruned >= wanted) {
            break;
        }
    }
    for (Counts& linear : m_linears) {
        const auto deciding = linear.bins.begin() + m_coarse;
        linear.below = std::accumulate(linear.bins.begin(), deciding, std::int64_t{0});
    }
}

void GlobalQuota::countFinely(const Tensor& W)
{
    if (m_next == 0) {
        chooseCoarseBin();
    }
    m_linears.at(m_next++).bins = histogram(W, [this](std::uint32_t bits) {
        return bits >> 16 == m_coarse ? std::size_t{bits & 0xffffU} : kBins;
    });
}

std::map<std::string, std::int64_t> GlobalQuota::quotas() const
{
    const std::int64_t wanted = target();
    std::vector<std::int64_t> smaller(m_linears.size()); // weights below the threshold
    for (std::size_t i = 0; i < m_linears.size(); ++i) {
        smaller[i] = m_linears[i].below;
    }
    const auto prunedWith = [&](std::size_t fine) {
        std::int64_t pruned = 0;
        for (std::size_t i = 0; i < m_linears.size(); ++i) {
            pruned += std::min(m_linears[i].cap, smaller[i] + m_linears[i].bins[fine]);
        }
        return pruned;
    };
    std::size_t threshold = 0;
    while (threshold + 1 < kBins && prunedWith(threshold) < wanted) {
        for (std::size_t i = 0; i < m_linears.size(); ++i) {
            smaller[i] += m_linears[i].bins[threshold];
        }
        ++threshold;
    }

    std::map<std::string, std::int64_t> result;
    std::int64_t left = wanted;
    for (std::size_t i = 0; i < m_linears.size(); ++i) {
        const std::int64_t quota = std::min(m_linears[i].cap, smaller[i]);
        result[m_linears[i].name] = quota;
        left -= quota;
    }
    for (std::size_t i = 0; i < m_linears.size(); ++i) { // those equal to the threshold
        std::int64_t& quota = result[m_linears[i].name];
        const std::int64_t room = std::min(m_linears[i].cap - quota, m_linears[i].bins[threshold]);
        const std::int64_t more = m_counting == Counting::Reference
                                      ? room
                                      : std::min(room, std::max<std::int64_t>(0, left));
        quota += more;
        left -= more;
    }
    return result;
}

} // namespace espalier
