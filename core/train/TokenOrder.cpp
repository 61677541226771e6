// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/TokenOrder.h"

#include "core/base/Error.h"
#include "core/base/Random.h"

#include <numeric>
#include <utility>

namespace espalier {

TokenOrder::TokenOrder(std::int64_t windows, std::uint64_t seed)
    : m_windows(windows)
    , m_seed(seed)
{
    if (windows < 1) {
        throw Error(ErrorCode::InvalidInput, "There are " + std::to_string(windows) +
                                                 " windows to train on, at least 1 is needed; "
                                                 "choose a calibration source that has text.");
    }
}

std::vector<std::int64_t> TokenOrder::at(std::int64_t first, std::int64_t count)
{
    std::vector<std::int64_t> chosen;
    chosen.reserve(static_cast<std::size_t>(count));
    for (std::int64_t position = first; position < first + count; ++position) {
        if (position / m_windows != m_epoch) {
            drawEpoch(position / m_windows);
        }
        chosen.push_back(m_permutation[static_cast<std::size_t>(position % m_windows)]);
    }
    return chosen;
}

void TokenOrder::drawEpoch(std::int64_t epoch)
{
    m_epoch = epoch;
    m_permutation.resize(static_cast<std::size_t>(m_windows));
    std::iota(m_permutation.begin(), m_permutation.end(), std::int64_t{0});
    Random random = Random(m_seed).stream(static_cast<std::uint64_t>(epoch) + 1);
    for (std::size_t last = m_permutation.size() - 1; last > 0; --last) {
        std::swap(m_permutation[last], m_permutation[random.below(last + 1)]);
    }
}

} // namespace espalier
